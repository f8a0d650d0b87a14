import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { ApiError, api, call } from "../api/client";
import type { Order, Preview, TradingState } from "../api/types";
import type { OpenAccount } from "../session/AccountContext";
import { type Intent, intentFor, newClOrdId } from "./intent";
import type { Entry, PairBody } from "./request";

const PREVIEW_PAUSE_MS = 250;

function useDebounced<T>(value: T, pause: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), pause);
    return () => window.clearTimeout(timer);
  }, [value, pause]);
  return settled;
}

/** Each leg of a pair is an order with an identifier of its own; one intent makes both. */
const named = (pair: PairBody, id: string) => ({
  ...pair,
  limit: { ...pair.limit, cl_ord_id: `${id}-limit` },
  stop: { ...pair.stop, cl_ord_id: `${id}-stop` },
});

function ask(entry: Entry): Promise<Preview> {
  const id = newClOrdId();
  return "pair" in entry
    ? call(api.POST("/api/v1/orders/pair/preview", { body: named(entry.pair, id) }))
    : call(api.POST("/api/v1/orders/preview", { body: { ...entry.order, cl_ord_id: id } }));
}

async function place(entry: Entry, id: string): Promise<Order[]> {
  if ("order" in entry) return [await call(api.POST("/api/v1/orders", { body: { ...entry.order, cl_ord_id: id } }))];
  const { limit, stop } = await call(api.POST("/api/v1/orders/pair", { body: named(entry.pair, id) }));
  return [limit, stop];
}

/** The server's answer to "what would happen", with the same gates and the same hold as the order itself. */
export function usePreview(entry: Entry | null, account: string | undefined, state: TradingState) {
  const settled = useDebounced(entry ? JSON.stringify(entry) : null, PREVIEW_PAUSE_MS);
  return useQuery<Preview, ApiError>({
    // A halt or a resumption changes the answer without a change of the order.
    queryKey: ["preview", account, settled, state],
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    // What was answered before is not shown again: balances have moved since.
    gcTime: 0,
    queryFn: () => ask(JSON.parse(settled ?? "{}") as Entry),
  });
}

export type Submission =
  | { state: "idle" }
  | { state: "sending" }
  | { state: "sent"; entry: Entry }
  | { state: "refused"; error: ApiError };

export function useSubmission(open: OpenAccount | null) {
  const [submission, setSubmission] = useState<Submission>({ state: "idle" });
  const intent = useRef<Intent | null>(null);

  async function submit(entry: Entry): Promise<boolean> {
    const current = intentFor(entry, intent.current);
    intent.current = current;
    setSubmission({ state: "sending" });
    try {
      const orders = await place(entry, current.clOrdId);
      intent.current = null;
      for (const order of orders) open?.feed.learn(order);
      setSubmission({ state: "sent", entry });
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
