/** Candles from the server, carried on with the trades of the tape until the next fetch. */
import type { Candle, Interval, Trade } from "../api/types";
import { compare, max, min, sum } from "../ui/decimal";
import { day, price, quantity, shortTime } from "../ui/format";

export const INTERVALS: Interval[] = ["1m", "5m", "15m", "1h", "4h", "1d", "1w"];

const SECONDS: Record<Interval, number> = { "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400, "1w": 604_800 };

/** Counted from a known candle: days are the exchange's and weeks begin on Monday, not the epoch's Thursday. */
const bucketOf = (at: string, seconds: number, known: number): number =>
  known + Math.floor((Date.parse(at) / 1000 - known) / seconds) * seconds;

/**
 * Folding the same trade twice changes nothing but never misses an extreme; volume is taken from the tape
 * only when that knows more of the bucket than the server's candle did.
 */
export function withTrades(candles: Candle[], trades: Trade[], interval: Interval): Candle[] {
  const seconds = SECONDS[interval];
  const last = candles[candles.length - 1];
  const buckets = new Map<number, Trade[]>();
  for (const trade of [...trades].reverse()) {
    const bucket = bucketOf(trade.at, seconds, last?.time ?? 0);
    if (last && bucket < last.time) continue;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), trade]);
  }
  const live = [...buckets].map(([time, ofBucket]) => fold(time, ofBucket, last?.time === time ? last : undefined));
  const untouched = live[0] && live[0].time === last?.time ? candles.slice(0, -1) : candles;
  return [...untouched, ...live];
}

/** Older pages before the newest; they are left out where the newest has moved on so far that a gap would show. */
export function joined(older: Candle[], latest: Candle[]): Candle[] {
  const [first] = latest;
  const last = older[older.length - 1];
  if (!first || !last) return latest;
  const [before, after] = [older[older.length - 2], latest[1]];
  const step = after ? after.time - first.time : before ? last.time - before.time : Infinity;
  // Days and weeks are an hour longer or shorter where the clocks change.
  if (first.time - last.time > step * 1.1) return latest;
  return [...older.filter(({ time }) => time < first.time), ...latest];
}

function fold(time: number, trades: Trade[], base: Candle | undefined): Candle {
  const prices = trades.map(({ px }) => px);
  const first = prices[0] ?? base?.open ?? "0";
  const traded = sum(trades.map(({ qty }) => qty));
  return {
    time,
    open: base?.open ?? first,
    high: prices.reduce(max, base?.high ?? first),
    low: prices.reduce(min, base?.low ?? first),
    close: prices[prices.length - 1] ?? first,
    volume: base && compare(base.volume, traded) > 0 ? base.volume : traded,
  };
}

/** The facts of the chart in figures, for its text description. */
export function summaryOf(candles: Candle[], tick: string) {
  const first = candles[0];
  const last = candles[candles.length - 1];
  if (!first || !last) return null;
  return {
    from: `${day(new Date(first.time * 1000))} ${shortTime(new Date(first.time * 1000))}`,
    open: price(first.open, tick),
    high: price(candles.map((candle) => candle.high).reduce(max), tick),
    low: price(candles.map((candle) => candle.low).reduce(min), tick),
    close: price(last.close, tick),
    volume: quantity(sum(candles.map((candle) => candle.volume))),
  };
}
