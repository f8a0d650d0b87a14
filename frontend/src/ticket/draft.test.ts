import { describe, expect, test } from "vitest";

import { LISTING } from "../testing/market";
import { type Draft, NEW_DRAFT, change } from "./draft";
import { intentFor } from "./intent";
import { TIMES_IN_FORCE, conditionsOf, isShut, priceFieldsOf } from "./kinds";
import { problemsOf } from "./problems";
import { entryOf } from "./request";

const draft = (over: Partial<Draft> = {}): Draft => ({ ...NEW_DRAFT, price: "12.50", order_qty: "100", ...over });
const entry = (over: Partial<Draft>) => entryOf(draft(over), LISTING, "12", "ACME");
const common = { account: 12, symbol: "ACME", side: "BUY", time_in_force: "DAY", order_qty: "100" };

describe("the ticket's draft", () => {
  test.each<[Partial<Draft>, object]>([
    [{ price: "" }, { price: "PRICE_REQUIRED" }],
    [{ price: "abc" }, { price: "NOT_A_NUMBER" }],
    [{ price: "-1" }, { price: "NOT_A_NUMBER" }],
    [{ price: "0" }, { price: "NOT_POSITIVE" }],
    [{ price: "12.505" }, { price: "PRICE_OFF_TICK" }],
    [{ order_qty: "" }, { order_qty: "QTY_REQUIRED" }],
    [{ order_qty: "0" }, { order_qty: "NOT_POSITIVE" }],
    [{ order_qty: "7" }, { order_qty: "QTY_OFF_LOT" }],
    [{ order_qty: "10005" }, { order_qty: "RISK-SIZE" }],
    [{}, {}],
    [{ kind: "STOP" }, { stop_px: "PRICE_REQUIRED" }],
    [{ kind: "STOP", stop_type: "STOP_LIMIT", stop_px: "12.40" }, { stop_limit_px: "PRICE_REQUIRED" }],
    [{ kind: "STOP", stop_type: "TRAILING_STOP", trail: "0.005" }, { trail: "PRICE_OFF_TICK" }],
    [{ kind: "PAIR", price: "" }, { price: "PRICE_REQUIRED", stop_px: "PRICE_REQUIRED" }],
    [{ time_in_force: "GTD" }, { expire_date: "DATE_REQUIRED" }],
    // ORDT-032: 1 ≤ display_qty ≤ order_qty ≤ 100 × display_qty
    [{ display_qty: "105" }, { display_qty: "DISPLAY_ABOVE_QTY" }],
    [{ display_qty: "5", order_qty: "505" }, { display_qty: "DISPLAY_TOO_SMALL" }],
    [{ display_qty: "5", order_qty: "500" }, {}],
    [{ display_qty: "7" }, { display_qty: "QTY_OFF_LOT" }],
    // ORDT-042, ORDT-051
    [{ min_qty: "105" }, { min_qty: "MIN_ABOVE_QTY" }],
    [{ min_qty: "50", post_only: "SLIDE" }, { min_qty: "MIN_QTY_POST_ONLY" }],
    [{ min_qty: "50" }, {}],
    // What the chosen kind does not show is not checked.
    [{ kind: "STOP", stop_px: "12.40", price: "abc", display_qty: "7" }, {}],
  ])("%j has the problems %j", (over, problems) => {
    expect(problemsOf(draft(over), LISTING)).toEqual(problems);
  });

  test("a market order needs no price and never rests in the book", () => {
    const market = change(draft({ price: "" }), { type: "kind", kind: "MARKET" });
    expect(market.time_in_force).toBe("IOC");
    expect(problemsOf(market, LISTING)).toEqual({});
    expect(entryOf(market, LISTING, "12", "ACME")).toEqual({ order: { ...common, ord_type: "MARKET", time_in_force: "IOC" } });
  });

  test("the first step into an empty price starts at the market", () => {
    const stepped = change(draft({ price: "" }), { type: "step", field: "price", step: "0.01", steps: 1, from: "12.51" });
    expect(stepped.price).toBe("12.51");
  });

  test("a picked price is taken; a picked total takes price, size and the other side", () => {
    expect(change(draft({ order_qty: "" }), { type: "pick", pick: { px: "12.49" } })).toMatchObject({ price: "12.49", side: "BUY" });
    expect(
      change(draft({ kind: "MARKET" }), { type: "pick", pick: { px: "12.45", take: { side: "SELL", qty: "700" } } }),
    ).toMatchObject({ price: "12.45", order_qty: "700", side: "SELL", kind: "LIMIT" });
  });

  test("a picked price is a stop order's stop price, and a pair's limit", () => {
    const picked = (kind: Draft["kind"]) => change(draft({ kind }), { type: "pick", pick: { px: "12.45" } });
    expect(picked("STOP")).toMatchObject({ kind: "STOP", stop_px: "12.45", price: "12.50" });
    expect(picked("PAIR")).toMatchObject({ kind: "PAIR", price: "12.45" });
    expect(picked("MARKET")).toMatchObject({ kind: "LIMIT", price: "12.45" });
  });

  test("what is sent are plain decimal strings", () => {
    expect(entry({ order_qty: "1,000" })).toEqual({ order: { ...common, ord_type: "LIMIT", order_qty: "1000", price: "12.5" } });
  });

  test("each type of stop order sends its own prices", () => {
    const stop = { kind: "STOP", stop_px: "12.40", stop_limit_px: "12.30", trail: "0.50" } as const;
    expect(entry({ ...stop, stop_type: "STOP" })).toEqual({ order: { ...common, ord_type: "STOP", stop_px: "12.4" } });
    expect(entry({ ...stop, stop_type: "STOP_LIMIT" })).toEqual({ order: { ...common, ord_type: "STOP_LIMIT", stop_px: "12.4", price: "12.3" } });
    expect(entry({ ...stop, stop_type: "TRAILING_STOP" })).toEqual({ order: { ...common, ord_type: "TRAILING_STOP", trail: "0.5" } });
  });

  test("a pair sends both legs", () => {
    expect(entry({ kind: "PAIR", side: "SELL", price: "14", stop_px: "11", time_in_force: "GTD", expire_date: "2026-12-24" })).toEqual({
      pair: {
        ...common,
        side: "SELL",
        time_in_force: "GTD",
        expire_date: "2026-12-24",
        limit: { price: "14" },
        stop: { ord_type: "STOP", stop_px: "11" },
      },
    });
  });

  test("conditions go out with the kinds that offer them only", () => {
    const conditions = { display_qty: "20", post_only: "REJECT", self_trade: "DECREMENT" } as const;
    expect(entry(conditions)).toEqual({ order: { ...common, ord_type: "LIMIT", price: "12.5", ...conditions } });
    expect(entry({ ...conditions, time_in_force: "FOK" })).toEqual({
      order: { ...common, ord_type: "LIMIT", price: "12.5", time_in_force: "FOK", self_trade: "DECREMENT" },
    });
  });

  test("what is offered is what docs/rules/order-types.md names", () => {
    expect(TIMES_IN_FORCE.MARKET).toEqual(["IOC", "FOK", "AT_OPEN", "AT_CLOSE"]);
    expect(TIMES_IN_FORCE.STOP).toEqual(["DAY", "GTC", "GTD"]);
    expect(priceFieldsOf(draft({ kind: "PAIR", stop_type: "STOP_LIMIT" }))).toEqual(["price", "stop_px", "stop_limit_px"]);
    expect(conditionsOf(draft({ kind: "MARKET", time_in_force: "AT_CLOSE" }))).toEqual(["self_trade"]);
    expect((["CLOSED", "HALTED", "FAULTED", "PRE_OPEN", "CLOSING_CALL"] as const).map(isShut)).toEqual([true, true, true, false, false]);
  });
});

test("one intent keeps one identifier, another intent gets another", () => {
  const first = intentFor({ order_qty: "1" }, null);
  expect(intentFor({ order_qty: "1" }, first)).toBe(first);
  expect(intentFor({ order_qty: "2" }, first).clOrdId).not.toBe(first.clOrdId);
  expect(first.clOrdId).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
});
