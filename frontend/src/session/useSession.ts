import { useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiError, api, call } from "../api/client";
import type { Session } from "../api/types";
import { hearTime } from "../ui/venueClock";
import { ask } from "./auth";

const SESSION = ["session"] as const;

async function fetchSession(): Promise<Session> {
  const session = await call(api.GET("/api/v1/session"));
  hearTime(session.now);
  return session;
}

export function useSession() {
  return useQuery<Session, ApiError>({ queryKey: SESSION, queryFn: fetchSession, staleTime: 60_000 });
}

/** Asks anew who is signed in, and for what a demo shows of the moment. */
export function useFreshSession(): () => Promise<Session> {
  const queries = useQueryClient();
  return () => queries.fetchQuery({ queryKey: SESSION, queryFn: fetchSession, staleTime: 0 });
}

export function useSignOut() {
  const queries = useQueryClient();
  return async (): Promise<void> => {
    await ask("DELETE", "auth/session");
    // Nothing of the former person may stay in memory.
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" && query.queryKey[0] !== "listings" });
    await queries.invalidateQueries({ queryKey: SESSION });
  };
}
