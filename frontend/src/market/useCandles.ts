import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { type ApiError, api, call } from "../api/client";
import type { Candle, Interval } from "../api/types";
import { joined } from "./candles";

const REFETCH_MS = 15_000;
const PAGE = 500;

interface Page {
  results: Candle[];
  next: string | null;
}

const fetchPage = (symbol: string, interval: Interval, before?: string): Promise<Page> =>
  call(
    api.GET("/api/v1/listings/{symbol}/candles", {
      params: { path: { symbol }, query: { interval, limit: PAGE, before } },
    }),
  );

interface Candles {
  candles: Candle[] | undefined;
  error: ApiError | null;
  /** Null where the first trade is reached. */
  loadOlder: (() => Promise<unknown>) | null;
}

/** The newest candles, fetched again and again, and before them whatever was asked for: history does not change. */
export function useCandles(symbol: string, interval: Interval): Candles {
  const latest = useQuery<Page, ApiError>({
    queryKey: ["candles", symbol, interval],
    queryFn: () => fetchPage(symbol, interval),
    refetchInterval: REFETCH_MS,
    placeholderData: keepPreviousData,
  });
  const older = useInfiniteQuery({
    queryKey: ["older candles", symbol, interval],
    queryFn: ({ pageParam }) => fetchPage(symbol, interval, pageParam),
    initialPageParam: latest.data?.next ?? "",
    getNextPageParam: (page) => page.next,
    enabled: false,
    staleTime: Infinity,
  });
  const candles = useMemo(
    () => latest.data && joined(older.data?.pages.map(({ results }) => results).reverse().flat() ?? [], latest.data.results),
    [latest.data, older.data],
  );
  const hasMore = older.data ? older.hasNextPage : Boolean(latest.data?.next);
  const isFree = !older.isFetching && !latest.isPlaceholderData;
  return { candles, error: latest.error, loadOlder: hasMore && isFree ? () => older.fetchNextPage() : null };
}
