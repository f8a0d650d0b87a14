/** An account's books. All of them are fetched again whenever its stream tells that balances moved. */
import { useQuery } from "@tanstack/react-query";

import { type ApiError, api, asId, call } from "../api/client";
import type { Lot, Settlement, SettlementDetail } from "../api/types";
import { usePages } from "./usePages";

export const booksOf = (account: string) => ["books", account] as const;

export function usePendingSettlements(account: string) {
  return usePages<Settlement>([...booksOf(account), "pending"], (cursor) =>
    call(api.GET("/api/v1/settlements", { params: { query: { account: asId(account), pending: true, cursor } } })),
  );
}

export const settlementKey = (account: string, id: string) => [...booksOf(account), "settlement", id] as const;

export function useSettlement(account: string, id: string) {
  return useQuery<SettlementDetail, ApiError>({
    queryKey: settlementKey(account, id),
    queryFn: () => call(api.GET("/api/v1/settlements/{settlement_id}", { params: { path: { settlement_id: asId(id) }, query: { account: asId(account) } } })),
  });
}

export function useLots(account: string, symbol: string) {
  return usePages<Lot>([...booksOf(account), "lots", symbol], (cursor) =>
    call(api.GET("/api/v1/lots", { params: { query: { account: asId(account), symbol, cursor } } })),
  );
}
