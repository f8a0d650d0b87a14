/** What the sockets say. The generated schema covers HTTP only. */
import type { Execution, Level, MarketStatus, Order, Stats, Trade } from "../api/types";

export interface Position {
  epoch: number;
  seq: number;
}

/** Where the database stands. It tells the status too: a fault comes without an event of the market. */
export type Standing = Position & MarketStatus;

export const statusOf = ({ state, phase, halt, auction, reference_px, bands }: MarketStatus): MarketStatus => ({
  state,
  phase,
  halt,
  auction,
  reference_px,
  bands,
});

export const precedes = (a: Position, b: Position): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);

export interface MarketDelta extends Position, MarketStatus {
  type: "market";
  prev_seq: number;
  at: string;
  bids: Level[];
  asks: Level[];
  trades: Trade[];
  /** Trades that people took back or corrected after they had been told. */
  breaks: { trade_id: string; status: "BUSTED" | "CORRECTED"; px: string; qty: string }[];
  /** Null when only the state changed. */
  stats: Stats | null;
}

export type MarketMessage =
  | (Standing & { type: "hello"; symbol: string; server_time: string })
  | MarketDelta
  | (Standing & { type: "heartbeat"; server_time: string });

export interface StatsMessage extends Position, MarketStatus {
  type: "stats";
  symbol: string;
  stats: Stats;
}

export type MarketsMessage =
  | StatsMessage
  | { type: "heartbeat"; server_time: string; markets: Record<string, Standing> };

export interface AccountDelta extends Position {
  type: "account";
  symbol: string;
  prev_seq: number;
  orders: Order[];
  executions: Execution[];
  notices: Notice[];
}

/** A rejection, told by the event's name; its message is the engine's reason code. */
export interface Notice {
  code: string;
  message: string;
  order_id: string | null;
}

export type AccountMessage =
  | { type: "hello"; account: string; streams: Record<string, Position>; server_time: string }
  | AccountDelta
  | { type: "balances" }
  | { type: "cancel_on_disconnect"; on: boolean }
  | { type: "refused"; code: string; message: string }
  | { type: "heartbeat"; streams: Record<string, Position>; server_time: string };
