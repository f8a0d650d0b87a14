import { expect, test, vi } from "vitest";

import { time, zoneOf } from "./format";

const offset = (minutes: number) => vi.spyOn(Date.prototype, "getTimezoneOffset").mockReturnValue(minutes);

test.each([
  [0, "UTC"],
  [-60, "UTC+1"],
  [300, "UTC−5"],
  [-330, "UTC+5:30"],
])("an offset of %i minutes is the zone %s", (minutes, zone) => {
  offset(minutes);
  expect(zoneOf(new Date())).toBe(zone);
});

test("a time carries its day unless that is the venue's today", () => {
  const now = new Date(2031, 4, 6, 12);
  expect(time(new Date(2031, 4, 6, 9, 30), now)).toBe("09:30:00");
  expect(time(new Date(2031, 4, 5, 9, 30), now)).toBe("5 May, 09:30:00");
});
