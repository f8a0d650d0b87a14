import { describe, expect, test } from "vitest";

import { LISTING } from "../testing/market";
import { type Draft, NEW_DRAFT, bodyOf, change, problemsOf } from "./draft";
import { intentFor } from "./intent";

const draft = (over: Partial<Draft> = {}): Draft => ({ ...NEW_DRAFT, price: "12.50", order_qty: "100", ...over });

describe("the ticket's draft", () => {
  test.each([
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
  ] as const)("%j has the problems %j", (over, problems) => {
    expect(problemsOf(draft(over), LISTING)).toEqual(problems);
  });

  test("a market order needs no price and never rests", () => {
    const market = change(draft({ price: "" }), { type: "ord_type", ord_type: "MARKET" });
    expect(market.time_in_force).toBe("IOC");
    expect(problemsOf(market, LISTING)).toEqual({});
    expect(bodyOf(market, LISTING, "12", "ACME")?.price).toBeNull();
  });

  test("the first step into an empty price starts at the market", () => {
    const stepped = change(draft({ price: "" }), { type: "step", field: "price", step: "0.01", steps: 1, from: "12.51" });
    expect(stepped.price).toBe("12.51");
  });

  test("a picked price is taken; a picked total takes price, size and the other side", () => {
    expect(change(draft({ order_qty: "" }), { type: "pick", pick: { px: "12.49" } })).toMatchObject({ price: "12.49", side: "BUY" });
    expect(
      change(draft({ ord_type: "MARKET" }), { type: "pick", pick: { px: "12.45", take: { side: "SELL", qty: "700" } } }),
    ).toMatchObject({ price: "12.45", order_qty: "700", side: "SELL", ord_type: "LIMIT" });
  });

  test("what is sent are plain decimal strings", () => {
    expect(bodyOf(draft({ order_qty: "1,000" }), LISTING, "12", "ACME")).toEqual({
      account: 12,
      symbol: "ACME",
      side: "BUY",
      ord_type: "LIMIT",
      time_in_force: "DAY",
      order_qty: "1000",
      price: "12.5",
    });
  });
});

test("one intent keeps one identifier, another intent gets another", () => {
  const first = intentFor({ order_qty: "1" }, null);
  expect(intentFor({ order_qty: "1" }, first)).toBe(first);
  expect(intentFor({ order_qty: "2" }, first).clOrdId).not.toBe(first.clOrdId);
  expect(first.clOrdId).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
});
