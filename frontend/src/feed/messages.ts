/** What the sockets say. The generated schema covers HTTP only. */
import type { Execution, Halt, Level, Order, Stats, Trade, TradingState } from "../api/types";

export interface Position {
  epoch: number;
  seq: number;
}

export const precedes = (a: Position, b: Position): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);

export interface MarketDelta extends Position {
  type: "market";
  prev_seq: number;
  at: string;
  bids: Level[];
  asks: Level[];
  trades: Trade[];
  state: TradingState;
  halt: Halt | null;
  stats: Stats;
}

export type MarketMessage =
  | (Position & { type: "hello"; symbol: string; server_time: string })
  | MarketDelta
  | (Position & { type: "heartbeat"; server_time: string });

export interface MarketStatus extends Position {
  state: TradingState;
  halt: Halt | null;
}

export interface StatsMessage extends MarketStatus {
  type: "stats";
  symbol: string;
  stats: Stats;
}

export type MarketsMessage =
  | StatsMessage
  | { type: "heartbeat"; server_time: string; markets: Record<string, MarketStatus> };

export interface AccountDelta extends Position {
  type: "account";
  symbol: string;
  prev_seq: number;
  orders: Order[];
  executions: Execution[];
  notices: Notice[];
}

/** A rejection that leaves no mark on the order itself, such as a cancel that came too late. */
export interface Notice {
  code: string;
  message: string;
  order_id: string | null;
}

export type AccountMessage =
  | { type: "hello"; account: string; streams: Record<string, Position>; server_time: string }
  | AccountDelta
  | { type: "balances" }
  | { type: "heartbeat"; streams: Record<string, Position>; server_time: string };
