import { useQuery } from "@tanstack/react-query";

import { type ApiError, api, asId, call } from "../api/client";
import type { AccountStanding } from "../api/types";

export function useStanding(account: string) {
  return useQuery<AccountStanding, ApiError>({
    queryKey: ["standing", account],
    queryFn: () => call(api.GET("/api/v1/standing", { params: { query: { account: asId(account) } } })),
  });
}
