import { describe, expect, test } from "vitest";

import { anOrder, at } from "../testing/account";
import { LISTING } from "../testing/market";
import { asEntered, changedTerms, isReplaceable, keepsPlace, problemOf, replacementOf, termsOf } from "./terms";

const stopLimit = anOrder({ ord_type: "STOP_LIMIT", stop_px: "12.60", price: "12.70" });
const trailing = anOrder({ ord_type: "TRAILING_STOP", stop_px: "12.10", trail: "0.40", price: null });

describe("what may be changed of an order", () => {
  test("RPLC-007: of a waiting stop its stop price too, of a trailing stop the quantity only", () => {
    expect(termsOf(anOrder())).toEqual(["price", "order_qty"]);
    expect(termsOf(stopLimit)).toEqual(["stop_px", "price", "order_qty"]);
    expect(termsOf({ ...stopLimit, triggered_at: at(3) })).toEqual(["price", "order_qty"]);
    expect(termsOf(trailing)).toEqual(["order_qty"]);
  });

  test("RPLC-010: not the legs of a pair, until the stop has been triggered", () => {
    expect(isReplaceable(anOrder())).toBe(true);
    expect(isReplaceable({ ...stopLimit, linked_order_id: "9" })).toBe(false);
    expect(isReplaceable({ ...stopLimit, linked_order_id: "9", triggered_at: at(3) })).toBe(true);
    expect(isReplaceable(anOrder({ time_in_force: "FOK" }))).toBe(false);
  });

  test("RPLC-011: an order without a limit sends none", () => {
    expect(replacementOf({ ...asEntered(trailing), order_qty: "50" }, trailing)).toEqual({ order_qty: "50" });
    expect(replacementOf({ ...asEntered(stopLimit), stop_px: "12.65" }, stopLimit)).toEqual({ order_qty: "100", price: "12.7", stop_px: "12.65" });
  });

  test("RPLC-001: the new total must be more than what has traded", () => {
    const order = anOrder({ cum_qty: "40" });
    expect(problemOf("order_qty", { ...asEntered(order), order_qty: "40" }, order, LISTING)).toBe("QTY_NOT_ABOVE_CUM");
    expect(problemOf("order_qty", { ...asEntered(order), order_qty: "45" }, order, LISTING)).toBeUndefined();
  });

  test("RPLC-002: only wanting less keeps the place; the same figures written otherwise change nothing", () => {
    const order = anOrder();
    expect(keepsPlace({ ...asEntered(order), order_qty: "95" }, order)).toBe(true);
    expect(keepsPlace({ ...asEntered(order), order_qty: "105" }, order)).toBe(false);
    expect(keepsPlace({ ...asEntered(order), order_qty: "95", price: "12.51" }, order)).toBe(false);
    expect(changedTerms({ ...asEntered(order), price: "12.5", order_qty: "100.0" }, order)).toEqual([]);
  });
});
