import { useQuery, useQueryClient } from "@tanstack/react-query";

import { ApiError, api, call, csrfToken } from "../api/client";
import type { Session } from "../api/types";
import { hearTime } from "../ui/venueClock";

const SESSION = ["session"] as const;
const AUTH = "/_allauth/browser/v1/auth";

export function useSession() {
  return useQuery<Session, ApiError>({
    queryKey: SESSION,
    queryFn: async () => {
      const session = await call(api.GET("/api/v1/session"));
      hearTime(session.now);
      return session;
    },
    staleTime: 60_000,
  });
}

/** What django-allauth's headless interface answers to a refused sign-in, and the venue to one it could not ask. */
interface AuthAnswer {
  error?: { message: string };
  errors?: { message: string; code: string; param?: string }[];
}

export class SignInError extends Error {}

async function auth(method: "POST" | "DELETE", path: string, body?: object): Promise<Response> {
  return fetch(`${AUTH}/${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: body ? JSON.stringify(body) : undefined,
  });
}

export function useSignIn() {
  const queries = useQueryClient();
  return async (email: string, password: string): Promise<void> => {
    const response = await auth("POST", "login", { email, password });
    // 409: a session is open already, for instance from another tab.
    if (!response.ok && response.status !== 409) {
      const answer = (await response.json().catch(() => ({}))) as AuthAnswer;
      throw new SignInError(answer.errors?.[0]?.message ?? answer.error?.message ?? "");
    }
    await queries.invalidateQueries({ queryKey: SESSION });
  };
}

export function useSignOut() {
  const queries = useQueryClient();
  return async (): Promise<void> => {
    await auth("DELETE", "session");
    // Nothing of the former person may stay in memory.
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" && query.queryKey[0] !== "listings" });
    await queries.invalidateQueries({ queryKey: SESSION });
  };
}
