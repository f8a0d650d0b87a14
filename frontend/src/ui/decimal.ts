/**
 * Money, prices and quantities are decimal strings on the wire. This is the only place that computes
 * with them, and never in binary floating point.
 */
import Big from "big.js";

Big.strict = false;

export type Decimal = string;

// A comma elsewhere is a decimal point to half the world: 8,20 is not 820.
const GROUPED = /^\d{1,3}(?:([, \u00a0\u202f])\d{3}(?:\1\d{3})*)?(?:\.\d*)?$/;
const PLAIN_NUMBER = /^(\d+\.?\d*|\.\d+)$/;

/** What a person typed, as a plain decimal string, or null when it is not a number. */
export function parseDecimal(text: string): Decimal | null {
  const typed = text.trim();
  const bare = GROUPED.test(typed) ? typed.replace(/[, \u00a0\u202f]/g, "") : typed;
  return PLAIN_NUMBER.test(bare) && bare.length <= 30 ? Big(bare).toFixed() : null;
}

export const add = (a: Decimal, b: Decimal): Decimal => Big(a).plus(b).toFixed();
export const subtract = (a: Decimal, b: Decimal): Decimal => Big(a).minus(b).toFixed();
export const multiply = (a: Decimal, b: Decimal): Decimal => Big(a).times(b).toFixed();
export const compare = (a: Decimal, b: Decimal): -1 | 0 | 1 => Big(a).cmp(b);
export const isZero = (a: Decimal): boolean => Big(a).eq(0);
export const sign = (a: Decimal): -1 | 0 | 1 => Big(a).cmp(0);
export const isMultiple = (a: Decimal, step: Decimal): boolean => Big(a).mod(step).eq(0);

export const max = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? a : b);
export const min = (a: Decimal, b: Decimal): Decimal => (compare(a, b) <= 0 ? a : b);

export const sum = (values: readonly Decimal[]): Decimal =>
  values.reduce((total, value) => total.plus(value), Big(0)).toFixed();

/** a as a share of b, between 0 and 1: for widths and opacities only, hence a number. */
export const share = (a: Decimal, b: Decimal): number =>
  isZero(b) ? 0 : Math.min(1, Big(a).div(b).toNumber());

/** For the chart, which draws in pixels. */
export const toPixelValue = (a: Decimal): number => Big(a).toNumber();

/** How many decimals a step of 0.05 or 1 asks for. */
export const decimalsOf = (step: Decimal): number => (Big(step).toFixed().split(".")[1] ?? "").length;

/** Prices are in dollars and show cents, or as much more as the tick asks for. */
export const priceDecimals = (tick: Decimal): number => Math.max(2, decimalsOf(tick));

/** A price as it is written into a field. */
export const priceText = (value: Decimal, tick: Decimal): string => Big(value).toFixed(priceDecimals(tick));

/** The next value on the grid of a step, written with the step's decimals. */
export const roundToStep = (value: Decimal, step: Decimal, direction: "down" | "up"): Decimal =>
  Big(value)
    .div(step)
    .round(0, direction === "down" ? Big.roundDown : Big.roundUp)
    .times(step)
    .toFixed(decimalsOf(step));

/** Steps up or down from wherever the value is, landing on the grid and never below one step. */
export function nudge(value: Decimal | null, step: Decimal, steps: number): Decimal {
  if (value === null) return step;
  const onGrid = roundToStep(value, step, steps > 0 ? "down" : "up");
  return max(Big(step).times(steps).plus(onGrid).toFixed(decimalsOf(step)), step);
}

/** The middle of two prices and the distance between them in hundredths of a percent of the middle. */
export function spread(bid: Decimal, ask: Decimal): { width: Decimal; mid: Decimal; bps: Decimal } {
  const width = Big(ask).minus(bid);
  const mid = Big(ask).plus(bid).div(2);
  return { width: width.toFixed(), mid: mid.toFixed(), bps: width.div(mid).times(10_000).toFixed(1) };
}

/** A volume-weighted price: exact when it is a price on the grid, else to six decimals. */
export const divide = (a: Decimal, b: Decimal): Decimal => Big(Big(a).div(b).toFixed(6)).toFixed();

/** How many whole steps of something a sum buys at a price. */
export const divideDown = (amount: Decimal, px: Decimal, step: Decimal): Decimal =>
  roundToStep(Big(amount).div(px).toFixed(), step, "down");
