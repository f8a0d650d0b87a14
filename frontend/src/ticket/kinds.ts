/** What the ticket offers: the fields, ends and conditions of each kind of order (docs/rules/order-types.md). */
import type { PairRequest, TimeInForce, TradingState } from "../api/types";

/** As people choose: a stop order, alone or in a pair, has a type of its own once it is triggered. */
export type Kind = "LIMIT" | "MARKET" | "STOP" | "PAIR";
export type StopType = PairRequest["stop"]["ord_type"];

export const KINDS: Kind[] = ["LIMIT", "MARKET", "STOP", "PAIR"];
export const STOP_TYPES: StopType[] = ["STOP", "STOP_LIMIT", "TRAILING_STOP"];

const WAITING: PairRequest["time_in_force"][] = ["DAY", "GTC", "GTD"];
const AT_AUCTION: TimeInForce[] = ["AT_OPEN", "AT_CLOSE"];
const AT_ONCE: TimeInForce[] = ["IOC", "FOK"];

export const TIMES_IN_FORCE: Record<Kind, TimeInForce[]> = {
  LIMIT: [...WAITING, ...AT_ONCE, ...AT_AUCTION],
  MARKET: [...AT_ONCE, ...AT_AUCTION],
  STOP: WAITING,
  PAIR: WAITING,
};

export type PriceField = "price" | "stop_px" | "stop_limit_px" | "trail";
export type QtyField = "order_qty" | "display_qty" | "min_qty";
export type Field = PriceField | QtyField | "expire_date";
export type Condition = "display_qty" | "min_qty" | "post_only" | "self_trade";

export const canWait = (time_in_force: TimeInForce): time_in_force is PairRequest["time_in_force"] =>
  (WAITING as TimeInForce[]).includes(time_in_force);

export interface Choices {
  kind: Kind;
  stop_type: StopType;
  time_in_force: TimeInForce;
}

const STOP_FIELDS: Record<StopType, PriceField[]> = {
  STOP: ["stop_px"],
  STOP_LIMIT: ["stop_px", "stop_limit_px"],
  TRAILING_STOP: ["trail"],
};

export function priceFieldsOf({ kind, stop_type }: Choices): PriceField[] {
  switch (kind) {
    case "LIMIT":
      return ["price"];
    case "MARKET":
      return [];
    case "STOP":
      return STOP_FIELDS[stop_type];
    case "PAIR":
      return ["price", ...STOP_FIELDS[stop_type]];
  }
}

export function conditionsOf({ kind, time_in_force }: Choices): Condition[] {
  if (kind === "PAIR") return [];
  if (kind === "STOP") return ["self_trade"];
  if (kind === "LIMIT" && canWait(time_in_force)) return ["display_qty", "min_qty", "post_only", "self_trade"];
  return time_in_force === "IOC" ? ["min_qty", "self_trade"] : ["self_trade"];
}

export const actsAtOnce = ({ time_in_force }: Choices): boolean => AT_ONCE.includes(time_in_force);

type Shut = Extract<TradingState, "CLOSED" | "HALTED" | "FAULTED">;

/** PHAS-001: these take no new orders, continuous trading takes all, every other phase those that can wait. */
export const isShut = (state: TradingState): state is Shut => state === "CLOSED" || state === "HALTED" || state === "FAULTED";
