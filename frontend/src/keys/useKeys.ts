import { useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiError, api, asId, call } from "../api/client";
import type { components } from "../api/schema";

export type ApiKey = components["schemas"]["KeyShape"];
export type NewKey = components["schemas"]["NewKeyShape"];
export type KeyRequest = components["schemas"]["KeyInputRequest"];
export type Scope = ApiKey["scopes"][number];
export type Scheme = ApiKey["scheme"];

const keysOf = (account: string) => ["keys", account] as const;

export function useKeys(account: string) {
  return useQuery<ApiKey[], ApiError>({
    queryKey: keysOf(account),
    queryFn: async () => (await call(api.GET("/api/v1/keys", { params: { query: { account: asId(account) } } }))).results,
  });
}

export function useKeyActs(account: string) {
  const queries = useQueryClient();
  const refetch = () => void queries.invalidateQueries({ queryKey: keysOf(account) });
  return {
    make: (request: KeyRequest): Promise<NewKey> => call(api.POST("/api/v1/keys", { body: request })).finally(refetch),
    revoke: ({ id }: ApiKey): Promise<ApiKey> => call(api.DELETE("/api/v1/keys/{key_id}", { params: { path: { key_id: asId(id) } } })).finally(refetch),
  };
}
