/**
 * One market's live state as a pure fold. The rule of convergence: queue deltas until a snapshot is
 * there, ignore what is old, apply what joins up (levels are absolute totals, so a delta that starts
 * before our number and ends after it joins up), and ask for a new snapshot on anything else.
 */
import type { Book, Level, MarketStatus, Side, Stats, Trade } from "../api/types";
import { compare, isZero } from "../ui/decimal";
import { type MarketDelta, type Position, type Standing, precedes, statusOf } from "./messages";

export const DEPTH = 50;
const ROWS_NEEDED = 20;
const TRADES_KEPT = 200;
const QUEUE_LIMIT = 1000;

export interface MarketView extends Position, MarketStatus {
  stats: Stats;
  bids: Level[];
  asks: Level[];
  trades: Trade[];
  /** Where the snapshot was cut off; levels beyond are unknown and not shown. */
  horizon: Record<Side, string | null>;
}

export interface MarketState {
  view: MarketView | null;
  queue: MarketDelta[];
  /** Where the last heartbeat said the market stands; by the next one we must have come that far. */
  told: Position | null;
  /** A snapshot is wanted. What is on screen stays, marked as resyncing. */
  reload: boolean;
}

export interface Snapshot {
  book: Book;
  stats: Stats;
  trades: Trade[];
}

export const EMPTY: MarketState = { view: null, queue: [], told: null, reload: true };

export function onConnect(state: MarketState): MarketState {
  return { ...state, queue: [], told: null, reload: true };
}

export function onDelta(state: MarketState, delta: MarketDelta): MarketState {
  if (state.reload || state.view === null) {
    return { ...state, queue: [...state.queue.slice(1 - QUEUE_LIMIT), delta] };
  }
  return fold({ ...state, queue: [delta] }, state.view);
}

export function onHeartbeat(state: MarketState, heartbeat: Standing): MarketState {
  const { view, told } = state;
  if (state.reload || view === null) return state;
  const lost = heartbeat.epoch > view.epoch || (told !== null && precedes(view, told));
  const { epoch, seq } = heartbeat;
  const here = epoch === view.epoch && seq === view.seq;
  return {
    ...state,
    view: here && isNews(heartbeat, view) ? { ...view, ...statusOf(heartbeat) } : view,
    told: { epoch, seq },
    reload: lost,
  };
}

export function onSnapshot(state: MarketState, snapshot: Snapshot): MarketState {
  const { book, stats, trades } = snapshot;
  const { view } = state;
  if (view && precedes(book, view)) return state;
  return fold({ ...state, told: null }, {
    epoch: book.epoch,
    seq: book.seq,
    ...statusOf(book),
    stats,
    bids: book.bids,
    asks: book.asks,
    trades: trades.slice(0, TRADES_KEPT),
    horizon: { BUY: cutOff(book.bids), SELL: cutOff(book.asks) },
  });
}

/** Applies the queue to a view; what does not join up stays queued and a snapshot is asked for. */
function fold(state: MarketState, start: MarketView): MarketState {
  let view = start;
  for (const [index, delta] of state.queue.entries()) {
    if (isWordOnStatus(delta, view)) view = { ...view, ...statusOf(delta) };
    if (delta.epoch < view.epoch || (delta.epoch === view.epoch && delta.seq <= view.seq)) continue;
    if (delta.epoch > view.epoch || delta.prev_seq > view.seq) {
      return { view, queue: state.queue.slice(index), told: null, reload: true };
    }
    view = apply(view, delta);
  }
  return { view, queue: [], told: state.told, reload: tooThin(view) };
}

function apply(view: MarketView, delta: MarketDelta): MarketView {
  return {
    ...view,
    seq: delta.seq,
    ...statusOf(delta),
    stats: delta.stats ?? view.stats,
    bids: changeLevels(view.bids, delta.bids, "BUY", view.horizon.BUY),
    asks: changeLevels(view.asks, delta.asks, "SELL", view.horizon.SELL),
    trades: breakTrades(addTrades(view.trades, delta.trades), delta.breaks),
  };
}

/** A fault stops a listing without an event of the market, so it comes at a number we already have. */
const isWordOnStatus = (delta: MarketDelta, view: MarketView): boolean =>
  delta.stats === null && delta.epoch === view.epoch && delta.seq === view.seq;

/** A heartbeat says the same most of the time, and an unchanged view is not drawn again. */
const isNews = (told: MarketStatus, known: MarketStatus): boolean =>
  JSON.stringify(statusOf(told)) !== JSON.stringify(statusOf(known));

const cutOff = (levels: Level[]): string | null =>
  levels.length >= DEPTH ? (levels[levels.length - 1]?.[0] ?? null) : null;

const tooThin = (view: MarketView): boolean =>
  (view.horizon.BUY !== null && view.bids.length < ROWS_NEEDED) ||
  (view.horizon.SELL !== null && view.asks.length < ROWS_NEEDED);

/** Negative when a is the better price of the two. */
const rank = (side: Side, a: string, b: string): number =>
  side === "BUY" ? compare(b, a) : compare(a, b);

function changeLevels(levels: Level[], changes: Level[], side: Side, horizon: string | null): Level[] {
  if (changes.length === 0) return levels;
  const known = changes.filter(([px]) => horizon === null || rank(side, px, horizon) <= 0);
  const kept = levels.filter(([px]) => !known.some(([changed]) => compare(changed, px) === 0));
  return [...kept, ...known.filter(([, qty]) => !isZero(qty))].sort((a, b) => rank(side, a[0], b[0]));
}

function addTrades(trades: Trade[], added: Trade[]): Trade[] {
  const seen = new Set(trades.map((trade) => trade.trade_id));
  const fresh = added.filter((trade) => !seen.has(trade.trade_id));
  if (fresh.length === 0) return trades;
  // Newest first. Trades of one delta come oldest first, as they happened.
  return [...fresh.reverse(), ...trades].slice(0, TRADES_KEPT);
}

/** A busted trade leaves the tape, a corrected one stands as corrected (MKTD-006). */
function breakTrades(trades: Trade[], breaks: MarketDelta["breaks"]): Trade[] {
  if (breaks.length === 0) return trades;
  const broken = new Map(breaks.map((each) => [each.trade_id, each]));
  return trades.flatMap((trade) => {
    const found = broken.get(trade.trade_id);
    if (!found) return [trade];
    return found.status === "BUSTED" ? [] : [{ ...trade, px: found.px, qty: found.qty }];
  });
}
