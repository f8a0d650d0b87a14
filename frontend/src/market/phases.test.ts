import { describe, expect, test } from "vitest";

import type { Schedule, TradingState } from "../api/types";
import en from "../locales/en.json";
import { aheadOf, isCall, lacksCall } from "./phases";

const CLOSE = "2026-11-23T21:00:00Z";
const END = "2026-11-23T21:05:00Z";
const SCHEDULE: Schedule = {
  time_zone: "America/New_York",
  phases: [
    { phase: "CLOSING_CALL", at: CLOSE },
    { phase: "CLOSED", at: END },
  ],
};

const ahead = (state: TradingState, until: string | null, schedule: Schedule | undefined = SCHEDULE) =>
  aheadOf({ state, phase: { since: null, until } }, schedule);

describe("what is announced", () => {
  test("ORDT-008: an order for an auction wants one in the schedule, or under way", () => {
    expect(lacksCall("AT_CLOSE", "CONTINUOUS", SCHEDULE)).toBe(false);
    expect(lacksCall("AT_OPEN", "CONTINUOUS", SCHEDULE)).toBe(true);
    expect(lacksCall("AT_OPEN", "INITIAL_CALL", SCHEDULE)).toBe(false);
    expect(lacksCall("AT_OPEN", "CONTINUOUS", undefined)).toBe(false);
    expect(lacksCall("DAY", "CONTINUOUS", { ...SCHEDULE, phases: [] })).toBe(false);
  });

  test("the next phase is the one that begins when this one ends", () => {
    expect(ahead("CONTINUOUS", CLOSE)).toEqual({ until: CLOSE, then: "CLOSING_CALL" });
    expect(ahead("CLOSING_CALL", "2026-11-23T21:05:00.000Z")).toEqual({ until: "2026-11-23T21:05:00.000Z", then: "CLOSED" });
  });

  test("where the phase does not tell its end, the schedule's next moment is it", () => {
    expect(ahead("CLOSED", null)).toEqual({ until: CLOSE, then: "CLOSING_CALL" });
  });

  test("a volatility call ends by itself, and the schedule knows nothing of it", () => {
    expect(ahead("VOLATILITY_CALL", "2026-11-23T20:02:00Z")).toEqual({ until: "2026-11-23T20:02:00Z", then: null });
  });

  test("nothing is said of a halt's end here, nor of a market without a schedule", () => {
    expect(ahead("HALTED", null)).toEqual({ until: null, then: null });
    expect(aheadOf({ state: "CONTINUOUS", phase: { since: null, until: null } }, undefined)).toEqual({ until: null, then: null });
  });
});

test("every call is in people's words an auction", () => {
  const calls = (Object.keys(en.state) as TradingState[]).filter(isCall);
  expect(calls).toHaveLength(6);
  expect(calls.map((state) => en.state[state]).every((words) => /auction$/i.test(words))).toBe(true);
});
