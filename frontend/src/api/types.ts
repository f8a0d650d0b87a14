/** Short names for the generated schema, and the shapes only the sockets speak. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["SessionShape"];
export type Account = Schemas["AccountShape"];
/** Lowest and highest price; the client library reads a pair as a list. */
export type Band = readonly string[] | null;
export type Bands = { static: Band; dynamic: Band };
export type Listing = Omit<Schemas["ListingShape"], "bands"> & { bands: Bands };
export type Stats = Schemas["StatsShape"];
export type Auction = Schemas["IndicationShape"];
export type Schedule = Schemas["ScheduleShape"];
export type TradingState = Schemas["ListingShape"]["state"];
export type Trade = Schemas["TradeShape"];
export type Candle = Schemas["CandleShape"];
export type Order = Schemas["OrderShape"];
export type Pending = Schemas["ChangeShape"]["pending"];
export type OrderRequest = Schemas["OrderInputRequest"];
export type PairRequest = Schemas["PairInputRequest"];
export type Side = Schemas["SideEnum"];
export type OrdType = Schemas["OrdTypeEnum"];
export type TimeInForce = Schemas["TimeInForceEnum"];
export type PostOnly = Schemas["PostOnlyEnum"];
export type SelfTrade = Schemas["SelfTradeEnum"];
export type Preview = Schemas["PreviewShape"];
export type Reason = Schemas["ReasonShape"];
export type Execution = Schemas["ExecutionShape"];
export type Balances = Schemas["BalancesShape"];
export type Refusal = Schemas["RefusalShape"];
export type Settlement = Schemas["SettlementShape"];
export type SettlementDetail = Schemas["SettlementDetailShape"];
export type SettlementState = Schemas["SettlementStateEnum"];
export type Lot = Schemas["LotShape"];
export type CashAccount = Schemas["CashAccountShape"];
export type Movement = Schemas["MovementShape"];
export type BankAccount = Schemas["BankAccountShape"];
export type Withdrawal = Schemas["WithdrawalShape"];
export type VenueDocument = Schemas["DocumentShape"];
export type Notice = Schemas["NoticeShape"];
export type NoticeSwitch = Schemas["SwitchShape"];
export type AccountStanding = Schemas["StandingShape"];
export type StandingMatter = Schemas["StandingMatterShape"];
export type Interval = "1m" | "5m" | "15m" | "1h" | "4h" | "1d" | "1w";

/** What stands besides book, trades and figures of a market: every door tells it in the same words. */
export type MarketStatus = Pick<Listing, "state" | "phase" | "halt" | "auction" | "reference_px" | "bands">;

/** Price, total quantity, number of orders. Prices and quantities are decimal strings. */
export type Level = readonly [px: string, qty: string, orders: number];

export type Book = Omit<Schemas["BookShape"], "bids" | "asks" | "bands"> & { bids: Level[]; asks: Level[]; bands: Bands };
