/** Rows of the order book: price levels, optionally grouped, with the running total from the best price. */
import type { Level, Side } from "../api/types";
import { type Decimal, add, max, multiply, roundToStep, share } from "../ui/decimal";

export interface LadderRow {
  px: Decimal;
  qty: Decimal;
  cumulative: Decimal;
  orders: number;
}

/** Bids are grouped downwards and asks upwards, so that a group never looks better than its orders. */
export function ladderRows(levels: readonly Level[], side: Side, step: Decimal, limit: number): LadderRow[] {
  const rows: LadderRow[] = [];
  let cumulative: Decimal = "0";
  for (const [px, qty, orders] of levels) {
    const grouped = roundToStep(px, step, side === "BUY" ? "down" : "up");
    cumulative = add(cumulative, qty);
    const last = rows[rows.length - 1];
    if (last?.px === grouped) {
      rows[rows.length - 1] = { px: grouped, qty: add(last.qty, qty), cumulative, orders: last.orders + orders };
    } else {
      if (rows.length === limit) break;
      rows.push({ px: grouped, qty, cumulative, orders });
    }
  }
  return rows;
}

/** Widths of the depth bars, on one scale for both sides so that they can be compared. */
export function depthScale(bids: LadderRow[], asks: LadderRow[]): (row: LadderRow) => number {
  const deepest = max(bids[bids.length - 1]?.cumulative ?? "0", asks[asks.length - 1]?.cumulative ?? "0");
  return (row) => share(row.cumulative, deepest);
}

export const GROUPINGS = ["1", "5", "10", "50"] as const;

export const groupSteps = (tick: Decimal): Decimal[] => GROUPINGS.map((factor) => multiply(tick, factor));
