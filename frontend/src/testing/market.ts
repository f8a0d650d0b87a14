/** A venue as the server would keep it, small and obvious, for the tests to compare with. */
import type { Book, Level, Listing, MarketStatus, Stats, Trade } from "../api/types";
import type { Snapshot } from "../feed/market";
import type { MarketDelta, Position, Standing } from "../feed/messages";

export const STATS: Stats = {
  last_px: null,
  last_qty: null,
  last_at: null,
  open_px: null,
  high_px: null,
  low_px: null,
  prev_close_px: "12.40",
  change_px: null,
  change_pct: null,
  volume: "0",
  vwap: null,
  bid_px: "12.49",
  bid_qty: "300",
  ask_px: "12.51",
  ask_qty: "200",
};

/** Open, with nothing announced. */
export const OPEN: MarketStatus = {
  state: "CONTINUOUS",
  phase: { since: null, until: null },
  halt: null,
  auction: null,
  reference_px: null,
  bands: { static: null, dynamic: null },
};

export const LISTING: Listing = {
  symbol: "ACME",
  name: "Acme Holdings",
  issuer: "Acme Holdings, Inc.",
  description: "",
  kind: "EQUITY",
  exemption: "REG_D_506C",
  access_note: "Verified accredited investors.",
  ...OPEN,
  tick_size: "0.01",
  lot_size: "5",
  max_order_qty: "10000",
  protection_bps: 500,
  stats: STATS,
  epoch: 1,
  seq: 0,
};

/** One event: the new total of a level, and perhaps a trade. */
export interface Step {
  side: "bids" | "asks";
  px: number;
  qty: number;
  trades: boolean;
}

export class Venue {
  readonly deltas: MarketDelta[] = [];
  #levels = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  #trades: Trade[] = [];
  position: Position = { epoch: 1, seq: 0 };

  /** What a heartbeat says of it. */
  get standing(): Standing {
    return { ...this.position, ...OPEN };
  }

  apply({ side, px, qty, trades }: Step): MarketDelta {
    const seq = this.position.seq + 1;
    // Bids below 50 and asks above keep the two sides apart.
    const price = side === "bids" ? px : px + 50;
    if (qty === 0) this.#levels[side].delete(price);
    else this.#levels[side].set(price, qty);
    const traded: Trade[] = trades
      ? [{ trade_id: `${this.position.epoch}-${seq}`, px: `${price}.00`, qty: "1", at: "2026-01-01T00:00:00.000Z", taker_side: "BUY" }]
      : [];
    this.#trades = [...traded, ...this.#trades];
    const delta: MarketDelta = {
      type: "market",
      ...this.position,
      seq,
      prev_seq: seq - 1,
      at: "2026-01-01T00:00:00.000Z",
      bids: side === "bids" ? [[`${price}.00`, `${qty}`, 1]] : [],
      asks: side === "asks" ? [[`${price}.00`, `${qty}`, 1]] : [],
      trades: traded,
      breaks: [],
      ...OPEN,
      stats: { ...STATS, volume: `${seq}` },
    };
    this.position = { ...this.position, seq };
    this.deltas.push(delta);
    return delta;
  }

  /** A restore: the numbers start again under a higher epoch. */
  restore(): void {
    this.position = { epoch: this.position.epoch + 1, seq: 0 };
    this.#trades = [];
  }

  snapshot(): Snapshot {
    const levels = (side: "bids" | "asks"): Level[] =>
      [...this.#levels[side]]
        .sort(([a], [b]) => (side === "bids" ? b - a : a - b))
        .map(([px, qty]) => [`${px}.00`, `${qty}`, 1] as const);
    const book: Book = {
      symbol: "ACME",
      ...this.position,
      ...OPEN,
      bids: levels("bids").slice(0, 50),
      asks: levels("asks").slice(0, 50),
    };
    return { book, stats: { ...STATS, volume: `${this.position.seq}` }, trades: this.#trades.slice(0, 100) };
  }
}
