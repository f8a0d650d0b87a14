import type { Execution, Order } from "../api/types";
import type { AccountDelta } from "../feed/messages";

export const at = (moment: number): string => new Date(1_700_000_000_000 + moment).toISOString();

export function anOrder(over: Partial<Order> = {}): Order {
  return {
    id: "1",
    cl_ord_id: "web-1",
    account: "12",
    symbol: "ACME",
    side: "BUY",
    ord_type: "LIMIT",
    time_in_force: "DAY",
    order_qty: "100",
    price: "12.50",
    protection_px: null,
    ord_status: "NEW",
    cum_qty: "0",
    leaves_qty: "100",
    avg_px: null,
    text: "",
    created_at: at(0),
    updated_at: at(0),
    expire_at: null,
    stop_px: null,
    trail: null,
    display_qty: null,
    min_qty: null,
    post_only: null,
    self_trade: "CANCEL_NEWEST",
    linked_order_id: null,
    triggered_at: null,
    fee: "0.00",
    ...over,
  };
}

export function anExecution(over: Partial<Execution> = {}): Execution {
  return {
    id: "e1",
    order_id: "1",
    cl_ord_id: "web-1",
    symbol: "ACME",
    side: "BUY",
    last_px: "12.50",
    last_qty: "40",
    amount: "500.00",
    liquidity: "TAKER",
    at: at(1),
    settlement: null,
    trade_id: "7",
    fee: "0.00",
    status: "TRADED",
    corrected_from: null,
    ...over,
  };
}

export function aDelta(over: Partial<AccountDelta> = {}): AccountDelta {
  return { type: "account", symbol: "ACME", epoch: 1, seq: 1, prev_seq: 0, orders: [], executions: [], notices: [], ...over };
}
