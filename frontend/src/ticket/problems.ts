/** The rules a draft is checked against before it is sent. */
import type { Listing } from "../api/types";
import { compare, isMultiple, isZero, multiply, parseDecimal } from "../ui/decimal";
import { type Draft, conditionsAsked } from "./draft";
import { type Field, priceFieldsOf } from "./kinds";

/** The server's own codes where it has one, so that a sentence reads the same whoever found the fault. */
export type ProblemCode =
  | "NOT_A_NUMBER"
  | "NOT_POSITIVE"
  | "PRICE_REQUIRED"
  | "PRICE_OFF_TICK"
  | "QTY_REQUIRED"
  | "QTY_OFF_LOT"
  | "RISK-SIZE"
  | "DISPLAY_ABOVE_QTY"
  | "DISPLAY_TOO_SMALL"
  | "MIN_ABOVE_QTY"
  | "MIN_QTY_POST_ONLY"
  | "DATE_REQUIRED";

export type Problems = Partial<Record<Field, ProblemCode>>;

export type Limits = Pick<Listing, "tick_size" | "lot_size" | "max_order_qty">;

/** ORDT-032: nobody may hide an order behind a sliver of it. */
const MOST_REFILLS = "100";

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

function checkDisplay(draft: Draft, limits: Limits): ProblemCode | undefined {
  const [shown, whole] = [parseDecimal(draft.display_qty), parseDecimal(draft.order_qty)];
  const code = checkQty(draft.display_qty, limits);
  if (code || shown === null || whole === null) return code;
  if (compare(shown, whole) > 0) return "DISPLAY_ABOVE_QTY";
  return compare(whole, multiply(shown, MOST_REFILLS)) > 0 ? "DISPLAY_TOO_SMALL" : undefined;
}

function checkMinimum(draft: Draft, limits: Limits): ProblemCode | undefined {
  const [least, whole] = [parseDecimal(draft.min_qty), parseDecimal(draft.order_qty)];
  const code = checkQty(draft.min_qty, limits);
  if (code || least === null) return code;
  if (whole !== null && compare(least, whole) > 0) return "MIN_ABOVE_QTY";
  return draft.post_only === "OFF" ? undefined : "MIN_QTY_POST_ONLY";
}

/** In the order in which the ticket shows its fields. */
export function problemsOf(draft: Draft, limits: Limits): Problems {
  const asked = conditionsAsked(draft);
  const found: [Field, ProblemCode | undefined][] = [
    ["expire_date", draft.time_in_force === "GTD" && draft.expire_date === "" ? "DATE_REQUIRED" : undefined],
    ...priceFieldsOf(draft).map((field): [Field, ProblemCode | undefined] => [field, checkPrice(draft[field], limits)]),
    ["order_qty", checkQty(draft.order_qty, limits)],
    ["display_qty", asked.includes("display_qty") ? checkDisplay(draft, limits) : undefined],
    ["min_qty", asked.includes("min_qty") ? checkMinimum(draft, limits) : undefined],
  ];
  return Object.fromEntries(found.filter(([, code]) => code !== undefined));
}
