import { useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiError, api, call } from "../api/client";
import type { components } from "../api/schema";
import { usePages } from "../books/usePages";
import { AskAgain, ask } from "../session/auth";

type Schemas = components["schemas"];
export type Safety = Schemas["SafetyShape"];
export type SignIn = Schemas["SignInShape"];

export interface Authenticator {
  type: "totp" | "webauthn" | "recovery_codes";
  created_at: number;
  last_used_at: number | null;
  id?: number;
  name?: string;
  unused_code_count?: number;
}

export interface SessionRow {
  id: number;
  user_agent: string;
  ip: string;
  created_at: number;
  is_current: boolean;
}

const ALL = ["safety"] as const;

export function useAuthenticators() {
  return useQuery<Authenticator[], ApiError>({
    queryKey: [...ALL, "authenticators"],
    queryFn: async () => (await ask<Authenticator[]>("GET", "account/authenticators")).data,
  });
}

export function useSessions() {
  return useQuery<SessionRow[], ApiError>({
    queryKey: [...ALL, "sessions"],
    queryFn: async () => (await ask<SessionRow[]>("GET", "auth/sessions")).data,
  });
}

export function useSafety() {
  return useQuery<Safety, ApiError>({ queryKey: [...ALL, "contacts"], queryFn: () => call(api.GET("/api/v1/safety")) });
}

export function useHistory() {
  return usePages<SignIn>([...ALL, "history"], (cursor) => call(api.GET("/api/v1/safety/sign-ins", { params: { query: cursor === undefined ? {} : { cursor } } })));
}

/** After anything was changed: what the page shows, and whether there is a second factor. */
export function useRefetchSafety(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: ALL }), queries.invalidateQueries({ queryKey: ["session"] })]);
  };
}

/** Codes that each stand for the second factor once; seen only by whoever has just shown who they are. */
export async function recoveryCodes(how: "GET" | "POST"): Promise<string[]> {
  const answer = await ask<{ unused_codes?: string[] }>(how, "account/authenticators/recovery-codes", how === "POST" ? {} : undefined);
  if (answer.status === 401) throw new AskAgain();
  return answer.data.unused_codes ?? [];
}
