/** Short names for the generated schema, and the shapes only the sockets speak. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type Account = Schemas["SessionAccount"];
export type Listing = Schemas["Listing"];
export type Stats = Schemas["Stats"];
export type Halt = Schemas["Halt"];
export type TradingState = Listing["state"];
export type Trade = Schemas["Trade"];
export type Candle = Schemas["Candle"];
export type Order = Schemas["Order"];
export type OrderRequest = Schemas["OrderRequest"];
export type Side = OrderRequest["side"];
export type OrdType = OrderRequest["ord_type"];
export type TimeInForce = OrderRequest["time_in_force"];
export type Preview = Schemas["Preview"];
export type Reason = Schemas["Reason"];
export type Execution = Schemas["Execution"];
export type Balances = Schemas["Balances"];
export type Holding = Schemas["Holding"];
export type Refusal = Schemas["Refusal"];
export type Interval = "1m" | "5m" | "15m" | "1h" | "1d";

/** Price, total quantity, number of orders. Prices and quantities are decimal strings. */
export type Level = readonly [px: string, qty: string, orders: number];

export type Book = Omit<Schemas["Book"], "bids" | "asks"> & { bids: Level[]; asks: Level[] };
