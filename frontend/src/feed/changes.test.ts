import { expect, test } from "vitest";

import type { Order } from "../api/types";
import { anExecution, anOrder, at } from "../testing/account";
import { type AccountState, NO_ACCOUNT, merge } from "./account";
import { changesBetween } from "./changes";

const known = (order: Order): AccountState => merge({ ...NO_ACCOUNT, loaded: 1 }, [order], []);

const told = (before: Order, after: Partial<Order>, executions = [] as ReturnType<typeof anExecution>[]) => {
  const state = known(before);
  return changesBetween(state, merge(state, [{ ...before, updated_at: at(1), ...after }], executions)).map(
    ({ kind, qty, px }) => [kind, qty, px],
  );
};

test("an order that reaches the book is accepted", () => {
  expect(told(anOrder({ ord_status: "PENDING_NEW" }), { ord_status: "NEW" })).toEqual([["accepted", "100", "12.50"]]);
});

test("fills in one message are told once, at their average price", () => {
  const executions = [
    anExecution({ id: "a", last_qty: "40", last_px: "12.50" }),
    anExecution({ id: "b", last_qty: "60", last_px: "12.40" }),
  ];
  expect(told(anOrder(), { ord_status: "FILLED", cum_qty: "100", avg_px: "12.4400" }, executions)).toEqual([
    ["filled", "100", "12.44"],
  ]);
});

test("only a price that nothing traded at is called an average", () => {
  const isAverage = (...prices: string[]) => {
    const order_qty = `${prices.length}`;
    const state = known(anOrder({ order_qty }));
    const executions = prices.map((last_px, index) => anExecution({ id: `${index}`, last_qty: "1", last_px }));
    const after = merge(state, [anOrder({ ord_status: "FILLED", order_qty, cum_qty: order_qty, updated_at: at(1) })], executions);
    return changesBetween(state, after).map((change) => change.isAverage);
  };
  expect(isAverage("12.50", "12.50")).toEqual([false]);
  expect(isAverage("12.40", "12.50", "12.60")).toEqual([true]);
});

test("a fill learnt from a snapshot is told at the order's average", () => {
  expect(told(anOrder(), { ord_status: "PARTIALLY_FILLED", cum_qty: "30", avg_px: "12.4900" })).toEqual([
    ["partially_filled", "30", "12.4900"],
  ]);
});

test("a canceled order that traded is canceled, with what did not trade", () => {
  const before = anOrder({ ord_status: "PARTIALLY_FILLED", cum_qty: "30" });
  expect(told(before, { ord_status: "CANCELED", leaves_qty: "0" })).toEqual([["canceled", "70", "12.50"]]);
});

test("an order that never rests is told once, when it has ended", () => {
  const sent = anOrder({ ord_status: "PENDING_NEW", time_in_force: "IOC" });
  const part = { cum_qty: "30", avg_px: "12.4900" };
  expect(told(sent, { ord_status: "PARTIALLY_FILLED", ...part })).toEqual([]);
  expect(told(sent, { ord_status: "CANCELED", ...part })).toEqual([["partly_canceled", "30", "12.4900"]]);
  expect(told({ ...sent, ...part, ord_status: "PARTIALLY_FILLED" }, { ord_status: "CANCELED" })).toEqual([["partly_canceled", "30", "12.4900"]]);
  expect(told(sent, { ord_status: "FILLED", cum_qty: "100", avg_px: "12.5100" })).toEqual([["filled", "100", "12.5100"]]);
  expect(told(sent, { ord_status: "CANCELED" })).toEqual([["canceled", "100", "12.50"]]);
});

test("a rejection and a change are told", () => {
  expect(told(anOrder({ ord_status: "PENDING_NEW" }), { ord_status: "REJECTED" })).toEqual([["rejected", "100", "12.50"]]);
  expect(told(anOrder(), { price: "12.60" })).toEqual([["replaced", "100", "12.60"]]);
});

test("the first snapshot of a page is history, not news", () => {
  const after = merge(NO_ACCOUNT, [anOrder({ ord_status: "FILLED", cum_qty: "100" })], []);
  expect(changesBetween(NO_ACCOUNT, after)).toEqual([]);
});

test("an order sent before the first snapshot is news once the snapshot tells what became of it", () => {
  const before = merge(NO_ACCOUNT, [anOrder({ ord_status: "PENDING_NEW" })], []);
  const after = merge(before, [anOrder({ ord_status: "FILLED", cum_qty: "100", avg_px: "12.4900" })], []);
  expect(changesBetween(before, after).map(({ kind }) => kind)).toEqual(["filled"]);
});

test("a fill the stream tells of before the answer to the order is news", () => {
  const before = { ...NO_ACCOUNT, loaded: 1 };
  const filled = anOrder({ ord_status: "FILLED", cum_qty: "100", avg_px: "12.4900" });
  const after = merge(before, [filled], []);
  expect(changesBetween(before, after, [filled]).map(({ kind }) => kind)).toEqual(["filled"]);
  expect(changesBetween(after, merge(after, [anOrder({ ord_status: "PENDING_NEW" })], []))).toEqual([]);
});

test("a stop that a trade has reached is told, unless it traded at once", () => {
  const stop = anOrder({ ord_type: "STOP_LIMIT", stop_px: "12.60" });
  expect(told(stop, { triggered_at: at(1) })).toEqual([["triggered", "100", "12.50"]]);
  const executions = [anExecution({ last_qty: "100", last_px: "12.50" })];
  expect(told(stop, { triggered_at: at(1), ord_status: "FILLED", cum_qty: "100" }, executions)).toEqual([["filled", "100", "12.5"]]);
});

test("where a trailing stop has come to is not told each time", () => {
  expect(told(anOrder({ ord_type: "TRAILING_STOP", stop_px: "12.00" }), { stop_px: "12.10" })).toEqual([]);
});
