/** What may be changed of a working order, and how (docs/rules/replace.md). */
import type { Order } from "../api/types";
import { type ProblemCode, type Limits, checkPrice, checkQty } from "../ticket/problems";
import { type Decimal, compare, parseDecimal } from "../ui/decimal";

export type Term = "price" | "stop_px" | "order_qty";

export type Terms = Record<Term, string>;

/** A stop order that no trade has reached yet. */
export const isWaiting = (order: Order): boolean => order.stop_px !== null && order.triggered_at === null;

/** The leg of a pair: once its stop is triggered, that order stands alone. */
export const isPaired = (order: Order): boolean => order.linked_order_id !== null && order.triggered_at === null;

/** Not the legs of a pair (RPLC-010); and what must act at once is gone before anybody could change it. */
export const isReplaceable = (order: Order): boolean =>
  !isPaired(order) && order.time_in_force !== "IOC" && order.time_in_force !== "FOK";

/** Of a trailing stop the venue moves the stop price (RPLC-007). */
export function termsOf(order: Order): Term[] {
  const terms: Term[] = ["order_qty"];
  if (order.price !== null) terms.unshift("price");
  if (isWaiting(order) && order.trail === null) terms.unshift("stop_px");
  return terms;
}

export const asEntered = (order: Order): Terms => ({
  price: order.price ?? "",
  stop_px: order.stop_px ?? "",
  order_qty: order.order_qty,
});

export type TermProblem = ProblemCode | "QTY_NOT_ABOVE_CUM";

export function problemOf(term: Term, terms: Terms, order: Order, limits: Limits): TermProblem | undefined {
  if (term !== "order_qty") return checkPrice(terms[term], limits);
  const qty = parseDecimal(terms.order_qty);
  return checkQty(terms.order_qty, limits) ?? (qty !== null && compare(qty, order.cum_qty) <= 0 ? "QTY_NOT_ABOVE_CUM" : undefined);
}

const differs = (term: Term, terms: Terms, order: Order): boolean => {
  const value = parseDecimal(terms[term]);
  return value === null || compare(value, asEntered(order)[term]) !== 0;
};

export const changedTerms = (terms: Terms, order: Order): Term[] => termsOf(order).filter((term) => differs(term, terms, order));

/** RPLC-002: only wanting less keeps the place. */
export function keepsPlace(terms: Terms, order: Order): boolean {
  const changed = changedTerms(terms, order);
  const qty = parseDecimal(terms.order_qty);
  return changed.length === 1 && changed[0] === "order_qty" && qty !== null && compare(qty, order.order_qty) < 0;
}

/** Every term the order has goes along, changed or not: a replace is the order as it shall be. */
export function replacementOf(terms: Terms, order: Order): { order_qty: Decimal; price?: Decimal; stop_px?: Decimal } {
  const has = termsOf(order);
  const number = (term: Term): Decimal => parseDecimal(terms[term]) ?? "";
  return {
    order_qty: number("order_qty"),
    ...(has.includes("price") && { price: number("price") }),
    ...(has.includes("stop_px") && { stop_px: number("stop_px") }),
  };
}
