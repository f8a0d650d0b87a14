import { useQuery } from "@tanstack/react-query";

import { type ApiError, api, asId, call } from "../api/client";
import type { Balances } from "../api/types";

/** Fetched again whenever the account's stream, or an answer to an order of ours, tells of a change. */
export function useBalances(account: string) {
  return useQuery<Balances, ApiError>({
    queryKey: ["balances", account],
    queryFn: () => call(api.GET("/api/v1/balances", { params: { query: { account: asId(account) } } })),
  });
}
