import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";

import type { ApiError } from "../api/client";

export interface Page<Row> {
  results: Row[];
  next: string | null;
}

export interface Pages<Row> {
  rows: Row[] | undefined;
  error: ApiError | null;
  onMore: (() => Promise<void>) | null;
}

/** A list that is read page by page, each page telling where the next one begins. */
export function usePages<Row>(key: readonly unknown[], fetchPage: (cursor: string | undefined) => Promise<Page<Row>>): Pages<Row> {
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery<Page<Row>, ApiError, InfiniteData<Page<Row>>, readonly unknown[], string | undefined>({
    queryKey: key,
    initialPageParam: undefined,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  return {
    rows: data?.pages.flatMap(({ results }) => results),
    error,
    onMore: hasNextPage ? async () => void (await fetchNextPage()) : null,
  };
}
