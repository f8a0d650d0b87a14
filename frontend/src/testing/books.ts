import type { BankAccount, CashAccount, Lot, Settlement, SettlementDetail, Withdrawal } from "../api/types";
import { at } from "./account";
import { SIGNED_OUT } from "./render";

const DAY_MS = 86_400_000;
/** From the moment that the session tells. */
export const inDays = (days: number): string => new Date(Date.parse(SIGNED_OUT.now) + days * DAY_MS).toISOString();

export function aSettlement(over: Partial<Settlement> = {}): Settlement {
  const due = inDays(1);
  return {
    id: "7",
    state: "AFFIRMED",
    due_at: due,
    trade_id: "31",
    kind: "TRADE",
    symbol: "ACME",
    name: "Acme Holdings",
    side: "BUY",
    qty: "40",
    px: "12.50",
    amount: "500.00",
    fee: "5.00",
    net: "-505.00",
    traded_at: at(0),
    state_at: at(0),
    next: { code: "DUE", message: "It settles as the next business day begins (T+1).", state: "SETTLED", at: due },
    ...over,
  };
}

export function aSettlementInDetail(over: Partial<SettlementDetail> = {}): SettlementDetail {
  return {
    ...aSettlement(),
    steps: (["MATCHED", "INSTRUCTED", "AFFIRMED"] as const).map((state) => ({ state, at: at(0), reason: null })),
    transfers: [],
    lots: [],
    may_choose_lots: false,
    chosen_lots: [],
    reversal: null,
    reverses: null,
    ...over,
  };
}

export function aLot(over: Partial<Lot> = {}): Lot {
  return {
    id: "1",
    symbol: "ACME",
    acquired_on: "2026-01-05",
    paid_on: "2026-01-06",
    source: "TRADE",
    px: "10.00",
    qty: "30",
    cost: "303.00",
    market_value: "375.00",
    unrealized: "72.00",
    ...over,
  };
}

export const CASH: CashAccount = {
  asset: "USD",
  settled: "1000.00",
  held_for_orders: "100.00",
  held_for_withdrawals: "0.00",
  pending_in: "0.00",
  pending_out: "505.00",
  available: "395.00",
  unsettled: [{ due_at: inDays(1), pending_in: "0.00", pending_out: "505.00" }],
  withdrawals_stopped: false,
  deposit: {
    beneficiary: "The venue, for its customers",
    bank_name: "First Example Bank",
    routing_number: "021000021",
    account_number: "0000012",
    reference: "A-000012",
  },
};

export function aBankAccount(over: Partial<BankAccount> = {}): BankAccount {
  return {
    id: "3",
    holder: "Ada",
    bank_name: "Ada's Bank",
    routing_number: "021000021",
    account_number: "•••• 1234",
    status: "VERIFIED",
    added_at: inDays(-9),
    verified_at: inDays(-8),
    usable_at: inDays(-5),
    ...over,
  };
}

export function aWithdrawal(over: Partial<Withdrawal> = {}): Withdrawal {
  return {
    id: "12",
    reference: "W-00000012",
    bank_account: "3",
    bank_name: "Ada's Bank",
    account_number: "•••• 1234",
    amount: "250.00",
    status: "REQUESTED",
    reason: "",
    requested_at: at(0),
    released_at: null,
    ended_at: null,
    ...over,
  };
}
