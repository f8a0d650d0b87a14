import { expect, test } from "vitest";

import type { Level } from "../api/types";
import { frameOf, outline, staircase } from "./depth";

const bids: Level[] = [["10.00", "100", 1], ["9.00", "300", 2]];
const asks: Level[] = [["11.00", "200", 1]];

test("quantities add up away from the best price", () => {
  expect(staircase(bids)).toEqual([
    { px: "10.00", cumulative: "100" },
    { px: "9.00", cumulative: "400" },
  ]);
});

test("both sides share one frame", () => {
  const frame = frameOf(staircase(bids), staircase(asks));
  // The middle is 10.50 and the offers end at 11.00: as far it goes below, and the bid at 9.00 is out of sight.
  expect(frame).toEqual({ lowest: "10", highest: "11", deepest: "200" });
  expect(frameOf(staircase(bids), [])).toBeNull();
});

test("an outline climbs at each price and goes on to the edge", () => {
  const frame = { lowest: "9.00", highest: "11.00", deepest: "400" };
  expect(outline(staircase(bids), "BUY", frame, 100, 40)).toBe("M50.0,40H50.0V30.0H0.0V0.0H0V40Z");
  expect(outline(staircase(asks), "SELL", frame, 100, 40)).toBe("M100.0,40H100.0V20.0H100V40Z");
  expect(outline([], "SELL", frame, 100, 40)).toBe("");
});
