import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiError, api, asId, call } from "../api/client";
import type { Notice, NoticeSwitch } from "../api/types";
import { usePages } from "../books/usePages";

const NOTICES = "notices";
const UNREAD = [NOTICES, "unread"] as const;
const SWITCHES = [NOTICES, "switches"] as const;
const LOOK_AGAIN_MS = 60_000;

export function useUnread(enabled: boolean) {
  return useQuery<number, ApiError>({
    queryKey: UNREAD,
    queryFn: async () => (await call(api.GET("/api/v1/notices/unread"))).unread,
    refetchInterval: LOOK_AGAIN_MS,
    enabled,
  });
}

export function useNotices() {
  return usePages<Notice>([NOTICES, "list"], (cursor) =>
    call(api.GET("/api/v1/notices", { params: { query: { ...(cursor !== undefined && { cursor }) } } })),
  );
}

/** The list keeps its marks while it is looked at; only the count changes. */
export function useMarkRead() {
  const queries = useQueryClient();
  return useMutation<{ unread: number }, ApiError, string>({
    mutationFn: (upTo) => call(api.POST("/api/v1/notices/read", { body: { up_to: asId(upTo) } })),
    onSuccess: ({ unread }) => queries.setQueryData(UNREAD, unread),
  });
}

export function useSwitches() {
  return useQuery<NoticeSwitch[], ApiError>({
    queryKey: SWITCHES,
    queryFn: async () => (await call(api.GET("/api/v1/notices/switches"))).results,
  });
}

export function useSwitch() {
  const queries = useQueryClient();
  return useMutation<{ results: NoticeSwitch[] }, ApiError, { kind: string; mail: boolean }>({
    mutationFn: (body) => call(api.POST("/api/v1/notices/switches", { body })),
    onSuccess: ({ results }) => queries.setQueryData(SWITCHES, results),
  });
}
