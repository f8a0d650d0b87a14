/** The book as two staircases: how much is bid down to a price, and offered up to it. */
import type { Level, Side } from "../api/types";
import { type Decimal, add, compare, max, min, sign, spread, subtract, toPixelValue } from "../ui/decimal";

export interface Step {
  px: Decimal;
  cumulative: Decimal;
}

export function staircase(levels: readonly Level[]): Step[] {
  let cumulative: Decimal = "0";
  return levels.map(([px, qty]) => {
    cumulative = add(cumulative, qty);
    return { px, cumulative };
  });
}

export interface Frame {
  lowest: Decimal;
  highest: Decimal;
  deepest: Decimal;
}

/** As far on either side of the middle as the shallower side goes, so that one far order does not flatten the rest. */
export function frameOf(bids: Step[], asks: Step[]): Frame | null {
  const [bid, ask, lastBid, lastAsk] = [bids[0], asks[0], bids[bids.length - 1], asks[asks.length - 1]];
  if (!bid || !ask || !lastBid || !lastAsk) return null;
  const { mid } = spread(bid.px, ask.px);
  const half = min(subtract(mid, lastBid.px), subtract(lastAsk.px, mid));
  if (sign(half) <= 0) return null;
  const [lowest, highest] = [subtract(mid, half), add(mid, half)];
  const deepest = (steps: Step[]) => within(steps, lowest, highest).at(-1)?.cumulative ?? "0";
  return { lowest, highest, deepest: max(deepest(bids), deepest(asks)) };
}

const within = (steps: Step[], lowest: Decimal, highest: Decimal): Step[] =>
  steps.filter(({ px }) => compare(px, lowest) >= 0 && compare(px, highest) <= 0);

/** The outline of one side in a box of this size, from the best price outwards to the box's edge. */
export function outline(all: Step[], side: Side, frame: Frame, width: number, height: number): string {
  const steps = within(all, frame.lowest, frame.highest);
  const low = toPixelValue(frame.lowest);
  const span = toPixelValue(frame.highest) - low || 1;
  const x = ({ px }: Step) => (((toPixelValue(px) - low) / span) * width).toFixed(1);
  const y = ({ cumulative }: Step) => (height - (toPixelValue(cumulative) / toPixelValue(frame.deepest)) * height).toFixed(1);
  const [first] = steps;
  if (!first) return "";
  const climb = steps.map((step) => `H${x(step)}V${y(step)}`).join("");
  return `M${x(first)},${height}${climb}H${side === "BUY" ? 0 : width}V${height}Z`;
}
