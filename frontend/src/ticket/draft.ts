/** What is being typed into the ticket, and the rules it is checked against before it is sent. */
import { asId } from "../api/client";
import type { Listing, OrdType, OrderRequest, Side, TimeInForce } from "../api/types";
import { type Decimal, compare, isMultiple, isZero, nudge, parseDecimal, priceText } from "../ui/decimal";
import type { Pick } from "../market/OrderBook";

export interface Draft {
  side: Side;
  ord_type: OrdType;
  time_in_force: TimeInForce;
  order_qty: string;
  price: string;
}

export const NEW_DRAFT: Draft = { side: "BUY", ord_type: "LIMIT", time_in_force: "DAY", order_qty: "", price: "" };

/** A market order never rests, so it cannot be good for a day. */
export const TIMES_IN_FORCE: Record<OrdType, TimeInForce[]> = {
  LIMIT: ["DAY", "GTC", "IOC", "FOK"],
  MARKET: ["IOC", "FOK"],
  STOP: ["DAY", "GTC"],
  STOP_LIMIT: ["DAY", "GTC"],
  TRAILING_STOP: ["DAY", "GTC"],
};

export type Field = "price" | "order_qty";

export type DraftAction =
  | { type: "side"; side: Side }
  | { type: "ord_type"; ord_type: OrdType }
  | { type: "time_in_force"; time_in_force: TimeInForce }
  | { type: "field"; field: Field; text: string }
  | { type: "step"; field: Field; step: Decimal; steps: number; from: Decimal | null }
  | { type: "pick"; pick: Pick }
  | { type: "sent" };

export function change(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case "side":
      return { ...draft, side: action.side };
    case "ord_type": {
      const allowed = TIMES_IN_FORCE[action.ord_type];
      const kept = allowed.includes(draft.time_in_force) ? draft.time_in_force : (allowed[0] ?? "IOC");
      return { ...draft, ord_type: action.ord_type, time_in_force: kept };
    }
    case "time_in_force":
      return { ...draft, time_in_force: action.time_in_force };
    case "field":
      return { ...draft, [action.field]: action.text };
    case "step": {
      // The first step into an empty field starts at the market, not at zero.
      const current = parseDecimal(draft[action.field]);
      const next = current === null && action.from !== null ? action.from : nudge(current, action.step, action.steps);
      return { ...draft, [action.field]: action.field === "price" ? priceText(next, action.step) : next };
    }
    case "pick": {
      const { px, take } = action.pick;
      const priced = { ...change(draft, { type: "ord_type", ord_type: "LIMIT" }), price: px };
      return take ? { ...priced, side: take.side, order_qty: take.qty } : priced;
    }
    case "sent":
      return { ...draft, order_qty: "" };
  }
}

/** The server's own codes, so that a sentence reads the same whoever found the fault. */
export type ProblemCode =
  | "NOT_A_NUMBER"
  | "NOT_POSITIVE"
  | "PRICE_REQUIRED"
  | "PRICE_OFF_TICK"
  | "QTY_REQUIRED"
  | "QTY_OFF_LOT"
  | "RISK-SIZE";

export type Problems = Partial<Record<Field, ProblemCode>>;

export type Limits = globalThis.Pick<Listing, "tick_size" | "lot_size" | "max_order_qty">;

export function checkPrice(text: string, { tick_size }: Limits): ProblemCode | undefined {
  if (text.trim() === "") return "PRICE_REQUIRED";
  const value = parseDecimal(text);
  if (value === null) return "NOT_A_NUMBER";
  if (isZero(value)) return "NOT_POSITIVE";
  return isMultiple(value, tick_size) ? undefined : "PRICE_OFF_TICK";
}

export function checkQty(text: string, { lot_size, max_order_qty }: Limits): ProblemCode | undefined {
  if (text.trim() === "") return "QTY_REQUIRED";
  const value = parseDecimal(text);
  if (value === null) return "NOT_A_NUMBER";
  if (isZero(value)) return "NOT_POSITIVE";
  if (!isMultiple(value, lot_size)) return "QTY_OFF_LOT";
  return compare(value, max_order_qty) > 0 ? "RISK-SIZE" : undefined;
}

export function problemsOf(draft: Draft, limits: Limits): Problems {
  const price = draft.ord_type === "LIMIT" ? checkPrice(draft.price, limits) : undefined;
  const order_qty = checkQty(draft.order_qty, limits);
  return { ...(price && { price }), ...(order_qty && { order_qty }) };
}

/** What is sent, without the ClOrdID; null while something is missing or wrong. */
export type Body = Omit<OrderRequest, "cl_ord_id">;

export function bodyOf(draft: Draft, limits: Limits, account: string, symbol: string): Body | null {
  if (Object.keys(problemsOf(draft, limits)).length > 0) return null;
  const { side, ord_type, time_in_force } = draft;
  const order_qty = parseDecimal(draft.order_qty);
  const price = ord_type === "LIMIT" ? parseDecimal(draft.price) : null;
  return order_qty === null ? null : { account: asId(account), symbol, side, ord_type, time_in_force, order_qty, price };
}
