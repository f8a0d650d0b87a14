import { useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiError, api, asId, call } from "../api/client";
import type { BankAccount, CashAccount, Movement, Withdrawal } from "../api/types";
import { booksOf } from "../books/useBooks";
import { usePages } from "../books/usePages";

const ofAccount = (account: string, cursor?: string) => ({ params: { query: { account: asId(account), ...(cursor !== undefined && { cursor }) } } });

export function useCash(account: string) {
  return useQuery<CashAccount, ApiError>({
    queryKey: [...booksOf(account), "cash"],
    queryFn: () => call(api.GET("/api/v1/cash", ofAccount(account))),
  });
}

export function useMovements(account: string) {
  return usePages<Movement>([...booksOf(account), "movements"], (cursor) => call(api.GET("/api/v1/cash/movements", ofAccount(account, cursor))));
}

export function useWithdrawals(account: string) {
  return usePages<Withdrawal>([...booksOf(account), "withdrawals"], (cursor) => call(api.GET("/api/v1/withdrawals", ofAccount(account, cursor))));
}

export function useBankAccounts(account: string) {
  return useQuery<BankAccount[], ApiError>({
    queryKey: [...booksOf(account), "bank-accounts"],
    queryFn: async () => (await call(api.GET("/api/v1/bank-accounts", ofAccount(account)))).results,
  });
}

/** After something was asked of the venue: everything that shows cash is fetched again. */
export function useRefetch(account: string): () => void {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: booksOf(account) });
    void queries.invalidateQueries({ queryKey: ["balances", account] });
  };
}
