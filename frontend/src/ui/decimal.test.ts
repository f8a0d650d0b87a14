import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { add, divideDown, isMultiple, multiply, nudge, parseDecimal, roundToStep, share, spread, subtract, sum } from "./decimal";
import { money, price, quantity, signed } from "./format";

const cents = fc.integer({ min: 0, max: 10 ** 12 }).map((n) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, "0")}`);

describe("decimal strings", () => {
  test("add up where binary fractions would not", () => {
    expect(add("0.1", "0.2")).toBe("0.3");
    expect(multiply("1.1", "1.1")).toBe("1.21");
    expect(sum(["0.1", "0.1", "0.1"])).toBe("0.3");
  });

  test("come back after adding and taking away, however large", () => {
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        expect(subtract(add(a, b), b)).toBe(subtract(a, "0"));
      }),
    );
  });

  test("are read as people write them, and refused otherwise", () => {
    expect(parseDecimal("1,250.50")).toBe("1250.5");
    expect(parseDecimal(" 12 ")).toBe("12");
    expect(parseDecimal(".5")).toBe("0.5");
    for (const text of ["", "abc", "-1", "1e5", "1.2.3", "0x10", "Infinity"]) expect(parseDecimal(text)).toBeNull();
  });

  test("have separators between thousands only", () => {
    for (const text of ["1,250,000", "1 250 000", "1\u202f250\u202f000", "1250000"]) expect(parseDecimal(text)).toBe("1250000");
    for (const text of ["8,20", "1,25,000", "1250,000", ",500", "1,2500", "0.1,000", "1,250 000", "12 50"]) {
      expect(parseDecimal(text)).toBeNull();
    }
  });

  test("step on the grid", () => {
    expect(nudge("12.50", "0.01", 1)).toBe("12.51");
    expect(nudge("12.505", "0.01", 1)).toBe("12.51");
    expect(nudge("12.505", "0.01", -1)).toBe("12.50");
    expect(nudge("12.50", "0.05", -10)).toBe("12.00");
    expect(nudge("0.01", "0.01", -1)).toBe("0.01");
    expect(nudge(null, "5", 1)).toBe("5");
    fc.assert(
      fc.property(cents, fc.integer({ min: -20, max: 20 }), (px, steps) => {
        expect(isMultiple(nudge(px, "0.05", steps), "0.05")).toBe(true);
      }),
    );
  });

  test("round to a step, away or towards", () => {
    expect(roundToStep("12.53", "0.05", "down")).toBe("12.50");
    expect(roundToStep("12.53", "0.05", "up")).toBe("12.55");
    expect(divideDown("1000", "12.50", "25")).toBe("75");
  });

  test("tell the spread and the share", () => {
    expect(spread("12.49", "12.51")).toEqual({ width: "0.02", mid: "12.5", bps: "16.0" });
    expect(share("1", "0")).toBe(0);
    expect(share("3", "4")).toBe(0.75);
  });
});

describe("figures on screen", () => {
  test("keep every digit of a decimal string", () => {
    expect(quantity("9007199254740993")).toBe("9,007,199,254,740,993");
    expect(money("1234567890123.45")).toBe("$1,234,567,890,123.45");
  });

  test("have the tick's decimals, and an average its own", () => {
    expect(price("12.5", "0.01")).toBe("12.50");
    expect(price("12.4975", "0.01")).toBe("12.4975");
    expect(price(null, "0.01")).toBe("–");
  });

  test("carry their sign", () => {
    expect(signed("0.35", 2)).toBe("+0.35");
    expect(signed("-1.2", 2, "%")).toBe("−1.20%");
    expect(signed("0.00", 2)).toBe("0.00");
  });
});
