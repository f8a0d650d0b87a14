import { expect, test } from "vitest";

import type { Candle, Trade } from "../api/types";
import { joined, withTrades } from "./candles";

const candle: Candle = { time: 1_700_000_100, open: "10.00", high: "10.50", low: "9.90", close: "10.10", volume: "500" };

const trade = (id: string, second: number, px: string, qty = "10"): Trade => ({
  trade_id: id,
  px,
  qty,
  at: new Date((1_700_000_100 + second) * 1000).toISOString(),
  taker_side: "BUY",
});

test("trades carry the last candle on", () => {
  const [last] = withTrades([candle], [trade("2", 30, "9.80"), trade("1", 10, "10.70")], "5m");
  expect(last).toEqual({ ...candle, high: "10.70", low: "9.80", close: "9.80" });
});

test("folding the same trades again changes nothing", () => {
  const trades = [trade("2", 30, "9.80"), trade("1", 10, "10.70")];
  const once = withTrades([candle], trades, "5m");
  expect(withTrades(once, trades, "5m")).toEqual(once);
});

test("trades after the last candle begin a new one", () => {
  const candles = withTrades([candle], [trade("4", 320, "10.30", "5"), trade("3", 310, "10.20")], "5m");
  expect(candles[1]).toEqual({ time: 1_700_000_400, open: "10.20", high: "10.30", low: "10.20", close: "10.30", volume: "15" });
});

test("trades older than the last candle are the server's business", () => {
  expect(withTrades([candle], [trade("0", -100, "50.00")], "5m")).toEqual([candle]);
});

test("weeks go on from the exchange's Monday", () => {
  const monday: Candle = { ...candle, time: Date.parse("2026-11-16T05:00:00Z") / 1000 };
  const next = { ...trade("9", 0, "11.00"), at: "2026-11-23T15:00:00Z" };
  expect(withTrades([monday], [next], "1w")[1]?.time).toBe(Date.parse("2026-11-23T05:00:00Z") / 1000);
});

test("older candles go before the newest ones, once each", () => {
  const at = (time: number): Candle => ({ ...candle, time });
  const times = (candles: Candle[]) => candles.map(({ time }) => time);
  expect(times(joined([at(60), at(120)], [at(180), at(240)]))).toEqual([60, 120, 180, 240]);
  expect(times(joined([at(60), at(120), at(180)], [at(180), at(240)]))).toEqual([60, 120, 180, 240]);
  expect(times(joined([], [at(180)]))).toEqual([180]);
  // The page was open so long that the newest page has moved on.
  expect(times(joined([at(60), at(120)], [at(240), at(300)]))).toEqual([240, 300]);
});
