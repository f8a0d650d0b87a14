/**
 * One account's orders and executions as a pure fold. Every message carries whole orders, and the newer
 * of two states of an order wins, so messages may repeat or overtake each other without harm; the
 * sequence numbers only tell when something was missed.
 */
import type { Execution, Order, Pending } from "../api/types";
import { compare } from "../ui/decimal";
import { type AccountDelta, type Position, precedes } from "./messages";

const WORKING = new Set<Order["ord_status"]>(["PENDING_NEW", "NEW", "PARTIALLY_FILLED"]);

export interface AccountState {
  orders: ReadonlyMap<string, Order>;
  executions: ReadonlyMap<string, Execution>;
  /** Cancels and changes under way, valid while the order is still as it was when they were sent. */
  changing: ReadonlyMap<string, { pending: Pending; updatedAt: string }>;
  streams: Readonly<Record<string, Position>>;
  /** Where the last heartbeat said the streams stand; by the next one we must have come that far. */
  told: Readonly<Record<string, Position>>;
  /** Counts the calls for a fresh snapshot; a snapshot answers all calls made before it was fetched. */
  wanted: number;
  loaded: number;
}

export const NO_ACCOUNT: AccountState = {
  orders: new Map(),
  executions: new Map(),
  changing: new Map(),
  streams: {},
  told: {},
  wanted: 1,
  loaded: 0,
};

export const isWorking = (order: Order): boolean => WORKING.has(order.ord_status);

export function onHello(state: AccountState, streams: Record<string, Position>): AccountState {
  return want({ ...forgetOlderEpochs(state, streams), streams, told: {} });
}

export function onAccountDelta(state: AccountState, delta: AccountDelta): AccountState {
  const ours = state.streams[delta.symbol] ?? { epoch: delta.epoch, seq: 0 };
  // Old or doubled; or overtaken, and then its absence was noticed and a snapshot is on its way.
  if (!precedes(ours, delta)) return state;
  const restored = delta.epoch > ours.epoch;
  const position = { epoch: delta.epoch, seq: delta.seq };
  const moved = {
    ...(restored ? forgetOlderEpochs(state, { [delta.symbol]: position }) : state),
    streams: { ...state.streams, [delta.symbol]: position },
  };
  const merged = settleNotices(merge(moved, delta.orders, delta.executions), delta);
  return restored || delta.prev_seq > ours.seq ? want(merged) : merged;
}

export function onAccountHeartbeat(state: AccountState, streams: Record<string, Position>): AccountState {
  const lost = Object.entries(state.told).some(([symbol, told]) => {
    const ours = state.streams[symbol];
    return !ours || precedes(ours, told);
  });
  // The snapshot about to be fetched is at least as new as this heartbeat.
  return lost ? onHello(state, { ...state.streams, ...streams }) : { ...state, told: streams };
}

export function merge(state: AccountState, orders: Order[], executions: Execution[]): AccountState {
  if (orders.length === 0 && executions.length === 0) return state;
  const allOrders = new Map(state.orders);
  for (const order of orders) {
    const known = allOrders.get(order.id);
    if (!known || supersedes(order, known)) allOrders.set(order.id, order);
  }
  const allExecutions = new Map(state.executions);
  for (const execution of executions) {
    // The stream does not tell of settlement: what a fetch has told stands.
    const settlement = execution.settlement ?? allExecutions.get(execution.id)?.settlement ?? null;
    allExecutions.set(execution.id, { ...execution, settlement });
  }
  return { ...state, orders: allOrders, executions: allExecutions };
}

export function onAccountSnapshot(
  state: AccountState,
  answers: number,
  orders: Order[],
  executions: Execution[],
): AccountState {
  const merged = merge({ ...state, changing: new Map() }, orders, executions);
  return { ...merged, loaded: Math.max(state.loaded, answers) };
}

export const want = (state: AccountState): AccountState => ({ ...state, wanted: state.wanted + 1 });

export function onChangeSent(state: AccountState, order: Order, pending: Pending): AccountState {
  const changing = new Map(state.changing).set(order.id, { pending, updatedAt: order.updated_at });
  return { ...state, changing };
}

export function pendingOf(state: AccountState, order: Order): Pending | null {
  const change = state.changing.get(order.id);
  return change?.updatedAt === order.updated_at && isWorking(order) ? change.pending : null;
}

/** A rejected cancel or change leaves the order as it was, and no longer waiting. */
function settleNotices(state: AccountState, { notices }: AccountDelta): AccountState {
  if (notices.length === 0) return state;
  const changing = new Map(state.changing);
  for (const { order_id } of notices) if (order_id !== null) changing.delete(order_id);
  return { ...state, changing };
}

/** The answer to a POST, or a snapshot, may arrive after the socket has told what became of the order. */
function supersedes(candidate: Order, known: Order): boolean {
  const candidateIsNew = candidate.ord_status === "PENDING_NEW";
  if (candidateIsNew !== (known.ord_status === "PENDING_NEW")) return !candidateIsNew;
  if (candidate.updated_at !== known.updated_at) return candidate.updated_at > known.updated_at;
  // Several events may share a millisecond; what has traded or ended does not come undone.
  const traded = compare(candidate.cum_qty, known.cum_qty);
  return traded === 0 ? isWorking(known) || !isWorking(candidate) : traded > 0;
}

/** After a restore the numbers start again and what we hold of that listing may never have happened. */
function forgetOlderEpochs(state: AccountState, streams: Record<string, Position>): AccountState {
  const reset = Object.entries(streams).flatMap(([symbol, theirs]) => {
    const ours = state.streams[symbol];
    return ours && theirs.epoch > ours.epoch ? [symbol] : [];
  });
  if (reset.length === 0) return state;
  const keep = <T extends { symbol: string }>(rows: ReadonlyMap<string, T>) =>
    new Map([...rows].filter(([, row]) => !reset.includes(row.symbol)));
  return { ...state, orders: keep(state.orders), executions: keep(state.executions) };
}
