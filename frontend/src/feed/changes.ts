/** What happened to the account's orders between two states, for the notices on screen. */
import type { Execution, Order } from "../api/types";
import { add, compare, divide, isZero, multiply, subtract } from "../ui/decimal";
import type { AccountState } from "./account";

export type ChangeKind = "accepted" | "triggered" | "replaced" | "filled" | "partially_filled" | "partly_canceled" | "canceled" | "expired" | "rejected";

export interface Change {
  kind: ChangeKind;
  order: Order;
  /** For fills: what traded since the former state, and at what average price. */
  qty: string;
  px: string | null;
  /** Whether the price is one that nothing traded at, but the average of several. */
  isAverage: boolean;
}

/**
 * The first snapshot of a page is history, not news. An order the stream tells of before we know it is
 * news all the same: the market may be quicker than the answer to the POST, or it came by another door.
 */
export function changesBetween(before: AccountState, after: AccountState, told: Order[] = []): Change[] {
  const news = new Set(before.loaded > 0 ? told.map(({ id }) => id) : []);
  const changes: Change[] = [];
  for (const order of after.orders.values()) {
    const known = before.orders.get(order.id) ?? (news.has(order.id) ? asSent(order) : order);
    if (known !== order) changes.push(...changesOf(known, order, after.executions));
  }
  return changes;
}

type Tell = (kind: ChangeKind, qty: string) => Change;

const NEVER_RESTS = new Set<Order["time_in_force"]>(["IOC", "FOK"]);

const asSent = (order: Order): Order => ({ ...order, ord_status: "PENDING_NEW", cum_qty: "0" });

function changesOf(before: Order, after: Order, executions: ReadonlyMap<string, Execution>): Change[] {
  const change = (kind: ChangeKind, qty = after.order_qty): Change => ({ kind, order: after, qty, px: after.price, isAverage: false });
  const fill = (kind: ChangeKind, qty: string): Change => ({ kind, order: after, qty, ...priceOfLast(after, qty, executions) });
  const changes: Change[] = [];
  const accepted = before.ord_status === "PENDING_NEW" && after.ord_status !== "PENDING_NEW";
  const filledQty = subtract(after.cum_qty, before.cum_qty);
  const filled = compare(filledQty, "0") > 0;
  if (accepted && after.ord_status === "REJECTED") return [change("rejected")];
  if (NEVER_RESTS.has(after.time_in_force)) return outcomeOf(before, after, change, fill);
  // A fill says more than an acceptance in the same breath.
  if (accepted && !filled) changes.push(change("accepted"));
  if (filled) {
    const kind = after.ord_status === "FILLED" ? "filled" : "partially_filled";
    changes.push(fill(kind, filledQty));
  }
  const triggered = before.triggered_at === null && after.triggered_at !== null;
  if (triggered && !filled && !accepted) changes.push(change("triggered", after.leaves_qty));
  if (!accepted && (before.order_qty !== after.order_qty || before.price !== after.price)) {
    changes.push(change("replaced"));
  }
  if (after.ord_status !== before.ord_status) {
    const leaves = subtract(after.order_qty, after.cum_qty);
    if (after.ord_status === "CANCELED") changes.push(change("canceled", leaves));
    if (after.ord_status === "EXPIRED") changes.push(change("expired", leaves));
  }
  return changes;
}

/** An order that never rests is told once, when it has ended: what came before was only on the way there. */
function outcomeOf(before: Order, after: Order, change: Tell, fill: Tell): Change[] {
  const { ord_status, cum_qty, order_qty } = after;
  if (ord_status === before.ord_status) return [];
  if (ord_status === "FILLED") return [fill("filled", cum_qty)];
  if (ord_status !== "CANCELED") return [];
  return isZero(cum_qty) ? [change("canceled", order_qty)] : [fill("partly_canceled", cum_qty)];
}

/** The volume-weighted price of the newest executions that make up the quantity, if all are known. */
function priceOfLast(order: Order, qty: string, executions: ReadonlyMap<string, Execution>): Pick<Change, "px" | "isAverage"> {
  const ofOrder = [...executions.values()]
    .filter((execution) => execution.order_id === order.id)
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  let remaining = qty;
  let amount = "0";
  const prices = new Set<string>();
  for (const execution of ofOrder) {
    if (isZero(remaining)) break;
    remaining = subtract(remaining, execution.last_qty);
    amount = add(amount, multiply(execution.last_px, execution.last_qty));
    prices.add(execution.last_px);
  }
  return isZero(remaining) ? { px: divide(amount, qty), isAverage: prices.size > 1 } : { px: order.avg_px, isAverage: true };
}
