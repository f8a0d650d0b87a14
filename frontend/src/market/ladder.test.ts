import { expect, test } from "vitest";

import type { Level } from "../api/types";
import { depthScale, ladderRows } from "./ladder";

const bids: Level[] = [
  ["12.49", "300", 2],
  ["12.48", "100", 1],
  ["12.43", "50", 1],
];

test("totals run from the best price", () => {
  expect(ladderRows(bids, "BUY", "0.01", 10).map(({ cumulative }) => cumulative)).toEqual(["300", "400", "450"]);
});

test("groups never look better than their orders", () => {
  expect(ladderRows(bids, "BUY", "0.05", 10).map(({ px, qty, orders }) => [px, qty, orders])).toEqual([
    ["12.45", "400", 3],
    ["12.40", "50", 1],
  ]);
  expect(ladderRows([["12.51", "10", 1]], "SELL", "0.05", 10)[0]?.px).toBe("12.55");
});

test("the last row shown is whole", () => {
  expect(ladderRows(bids, "BUY", "0.05", 1)).toEqual([{ px: "12.45", qty: "400", cumulative: "400", orders: 3 }]);
});

test("both sides share one scale", () => {
  const rows = ladderRows(bids, "BUY", "0.01", 10);
  const widthOf = depthScale(rows, []);
  expect(rows.map(widthOf)).toEqual([300 / 450, 400 / 450, 1]);
});
