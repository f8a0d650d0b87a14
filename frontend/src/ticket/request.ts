/** What goes to the venue, without identifiers: those belong to the sending. */
import { asId } from "../api/client";
import type { OrderRequest, PairRequest } from "../api/types";
import { type Decimal, parseDecimal } from "../ui/decimal";
import { type Draft, conditionsAsked } from "./draft";
import { type Field, canWait } from "./kinds";
import { type Limits, problemsOf } from "./problems";

export type OrderBody = Omit<OrderRequest, "cl_ord_id">;

export type PairBody = Omit<PairRequest, "limit" | "stop"> & {
  limit: Omit<PairRequest["limit"], "cl_ord_id">;
  stop: Omit<PairRequest["stop"], "cl_ord_id">;
};

export type Entry = { order: OrderBody } | { pair: PairBody };

/** Null while something is missing or wrong. */
export function entryOf(draft: Draft, limits: Limits, account: string, symbol: string): Entry | null {
  if (Object.keys(problemsOf(draft, limits)).length > 0) return null;
  const { side, time_in_force, kind } = draft;
  const number = (field: Field): Decimal => parseDecimal(draft[field]) ?? "";
  const common = {
    account: asId(account),
    symbol,
    side,
    time_in_force,
    order_qty: number("order_qty"),
    ...(time_in_force === "GTD" && { expire_date: draft.expire_date }),
  };
  const stop = stopTerms(draft, number);
  if (kind === "PAIR") {
    return canWait(time_in_force) ? { pair: { ...common, time_in_force, limit: { price: number("price") }, stop } } : null;
  }
  const conditions = conditionTerms(draft, number);
  if (kind === "STOP") return { order: { ...common, ...stop, ...conditions } };
  return { order: { ...common, ord_type: kind, ...(kind === "LIMIT" && { price: number("price") }), ...conditions } };
}

function stopTerms(draft: Draft, number: (field: Field) => Decimal): PairBody["stop"] {
  const ord_type = draft.stop_type;
  if (ord_type === "TRAILING_STOP") return { ord_type, trail: number("trail") };
  return { ord_type, stop_px: number("stop_px"), ...(ord_type === "STOP_LIMIT" && { price: number("stop_limit_px") }) };
}

function conditionTerms(draft: Draft, number: (field: Field) => Decimal): Partial<OrderBody> {
  const { post_only, self_trade } = draft;
  const asked = conditionsAsked(draft);
  return {
    ...(asked.includes("display_qty") && { display_qty: number("display_qty") }),
    ...(asked.includes("min_qty") && { min_qty: number("min_qty") }),
    ...(asked.includes("post_only") && post_only !== "OFF" && { post_only }),
    ...(asked.includes("self_trade") && { self_trade }),
  };
}
