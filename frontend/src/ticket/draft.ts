/** What is being typed into the ticket. */
import type { PostOnly, SelfTrade, Side, TimeInForce } from "../api/types";
import type { Pick } from "../market/OrderBook";
import { type Decimal, nudge, parseDecimal, priceText } from "../ui/decimal";
import { type Choices, type Condition, type Field, type Kind, type StopType, TIMES_IN_FORCE, conditionsOf } from "./kinds";

/** Texts stay as typed, also in fields that the chosen kind does not show: nobody types a price twice. */
export interface Draft extends Choices, Record<Field, string> {
  side: Side;
  post_only: PostOnly | "OFF";
  self_trade: SelfTrade;
}

/** What the venue does where an order says nothing (STPR-003). */
const USUAL_SELF_TRADE: SelfTrade = "CANCEL_NEWEST";

export const NEW_DRAFT: Draft = {
  side: "BUY",
  kind: "LIMIT",
  stop_type: "STOP",
  time_in_force: "DAY",
  order_qty: "",
  price: "",
  stop_px: "",
  stop_limit_px: "",
  trail: "",
  display_qty: "",
  min_qty: "",
  expire_date: "",
  post_only: "OFF",
  self_trade: USUAL_SELF_TRADE,
};

export type DraftAction =
  | { type: "side"; side: Side }
  | { type: "kind"; kind: Kind }
  | { type: "stop_type"; stop_type: StopType }
  | { type: "time_in_force"; time_in_force: TimeInForce }
  | { type: "post_only"; post_only: Draft["post_only"] }
  | { type: "self_trade"; self_trade: Draft["self_trade"] }
  | { type: "field"; field: Field; text: string }
  | { type: "step"; field: Field; step: Decimal; steps: number; from: Decimal | null }
  | { type: "pick"; pick: Pick }
  | { type: "sent" };

export function change(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case "side":
      return { ...draft, side: action.side };
    case "kind": {
      const allowed = TIMES_IN_FORCE[action.kind];
      const kept = allowed.includes(draft.time_in_force) ? draft.time_in_force : (allowed[0] ?? "IOC");
      return { ...draft, kind: action.kind, time_in_force: kept };
    }
    case "stop_type":
      return { ...draft, stop_type: action.stop_type };
    case "time_in_force":
      return { ...draft, time_in_force: action.time_in_force };
    case "post_only":
      return { ...draft, post_only: action.post_only };
    case "self_trade":
      return { ...draft, self_trade: action.self_trade };
    case "field":
      return { ...draft, [action.field]: action.text };
    case "step": {
      // The first step into an empty field starts at the market, not at zero.
      const current = parseDecimal(draft[action.field]);
      const next = current === null && action.from !== null ? action.from : nudge(current, action.step, action.steps);
      const isQty = action.field.endsWith("_qty");
      return { ...draft, [action.field]: isQty ? next : priceText(next, action.step) };
    }
    case "pick":
      return pick(draft, action.pick);
    case "sent":
      return { ...draft, order_qty: "", display_qty: "", min_qty: "" };
  }
}

/** A price goes where the chosen kind wants one; a total is an order by itself. */
function pick(draft: Draft, { px, take }: Pick): Draft {
  if (take) return { ...change(draft, { type: "kind", kind: "LIMIT" }), price: px, side: take.side, order_qty: take.qty };
  if (draft.kind === "STOP" && draft.stop_type !== "TRAILING_STOP") return { ...draft, stop_px: px };
  return { ...(draft.kind === "PAIR" ? draft : change(draft, { type: "kind", kind: "LIMIT" })), price: px };
}

/** The conditions that would go out with the order: offered for its kind, and asked for. */
export function conditionsAsked(draft: Draft): Condition[] {
  const asked: Record<Condition, boolean> = {
    display_qty: draft.display_qty.trim() !== "",
    min_qty: draft.min_qty.trim() !== "",
    post_only: draft.post_only !== "OFF",
    self_trade: draft.self_trade !== USUAL_SELF_TRADE,
  };
  return conditionsOf(draft).filter((condition) => asked[condition]);
}
