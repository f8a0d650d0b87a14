import { useQuery } from "@tanstack/react-query";

import { type ApiError, api, call } from "../api/client";
import type { Listing, Schedule } from "../api/types";

/** What is left of today's announced phases, and the next trading day's. A new phase asks anew. */
export function useSchedule({ symbol, state }: Listing): Schedule | undefined {
  const { data } = useQuery<Schedule, ApiError>({
    queryKey: ["schedule", symbol, state],
    queryFn: () => call(api.GET("/api/v1/listings/{symbol}/schedule", { params: { path: { symbol } } })),
  });
  return data;
}
