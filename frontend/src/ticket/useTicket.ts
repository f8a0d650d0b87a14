import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { ApiError, api, call } from "../api/client";
import type { Order, Preview, TradingState } from "../api/types";
import type { OpenAccount } from "../session/AccountContext";
import type { Body } from "./draft";
import { type Intent, intentFor, newClOrdId } from "./intent";

const PREVIEW_PAUSE_MS = 250;

function useDebounced<T>(value: T, pause: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), pause);
    return () => window.clearTimeout(timer);
  }, [value, pause]);
  return settled;
}

/** The server's answer to "what would happen", with the same gates and the same hold as the order itself. */
export function usePreview(body: Body | null, state: TradingState) {
  const settled = useDebounced(body ? JSON.stringify(body) : null, PREVIEW_PAUSE_MS);
  return useQuery<Preview, ApiError>({
    // A halt or a resumption changes the answer without a change of the order.
    queryKey: ["preview", body?.account, settled, state],
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    // What was answered before is not shown again: balances have moved since.
    gcTime: 0,
    queryFn: () =>
      call(
        api.POST("/api/v1/orders/preview", {
          body: { ...(JSON.parse(settled ?? "{}") as Body), cl_ord_id: newClOrdId() },
        }),
      ),
  });
}

export type Submission =
  | { state: "idle" }
  | { state: "sending" }
  | { state: "sent"; order: Order }
  | { state: "refused"; error: ApiError };

export function useSubmission(open: OpenAccount | null) {
  const [submission, setSubmission] = useState<Submission>({ state: "idle" });
  const intent = useRef<Intent | null>(null);

  async function submit(body: Body): Promise<boolean> {
    const current = intentFor(body, intent.current);
    intent.current = current;
    setSubmission({ state: "sending" });
    try {
      const order = await call(api.POST("/api/v1/orders", { body: { ...body, cl_ord_id: current.clOrdId } }));
      intent.current = null;
      open?.feed.learn(order);
      setSubmission({ state: "sent", order });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.definitive) intent.current = null;
      setSubmission({ state: "refused", error });
      return false;
    }
  }

  return { submission, submit, clear: () => setSubmission({ state: "idle" }) };
}
