/** Short names for the generated schema, and the shapes only the sockets speak. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["SessionShape"];
export type Account = Schemas["AccountShape"];
export type Listing = Schemas["ListingShape"];
export type Stats = Schemas["StatsShape"];
export type Halt = Schemas["HaltShape"];
export type TradingState = Listing["state"];
export type Trade = Schemas["TradeShape"];
export type Candle = Schemas["CandleShape"];
export type Order = Schemas["OrderShape"];
export type Pending = Schemas["ChangeShape"]["pending"];
export type OrderRequest = Schemas["OrderInputRequest"];
export type Side = OrderRequest["side"];
export type OrdType = OrderRequest["ord_type"];
export type TimeInForce = OrderRequest["time_in_force"];
export type Preview = Schemas["PreviewShape"];
export type Reason = Schemas["ReasonShape"];
export type Execution = Schemas["ExecutionShape"];
export type Balances = Schemas["BalancesShape"];
export type Refusal = Schemas["RefusalShape"];
export type Interval = "1m" | "5m" | "15m" | "1h" | "1d";

/** Price, total quantity, number of orders. Prices and quantities are decimal strings. */
export type Level = readonly [px: string, qty: string, orders: number];

export type Book = Omit<Schemas["BookShape"], "bids" | "asks"> & { bids: Level[]; asks: Level[] };
