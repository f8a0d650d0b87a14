/** What the contract promises and the generated schema does not say yet. Each part goes as the schema comes. */
import type { components } from "./schema";

type Schemas = components["schemas"];
type Side = Schemas["SideEnum"];
type SelfTrade = "CANCEL_NEWEST" | "CANCEL_OLDEST" | "CANCEL_BOTH" | "DECREMENT";

export interface Upcoming {
  PostOnly: "REJECT" | "SLIDE";
  SelfTrade: SelfTrade;
  FeeTerms: { maker_rate: string; taker_rate: string; auction_rate: string; flat: string; minimum: string };
  OrderFields: {
    stop_px: string | null;
    trail: string | null;
    display_qty: string | null;
    min_qty: string | null;
    post_only: Upcoming["PostOnly"] | null;
    self_trade: SelfTrade;
    linked_order_id: string | null;
    triggered_at: string | null;
    fee: string;
  };
  ExecutionFields: { fee: string; status: "TRADED" | "CORRECTED" | "BUSTED"; liquidity: "MAKER" | "TAKER" | "AUCTION" };
  OrderRequestFields: {
    stop_px?: string;
    trail?: string;
    display_qty?: string;
    min_qty?: string;
    post_only?: Upcoming["PostOnly"];
    self_trade?: SelfTrade;
    expire_date?: string;
  };
  PairRequest: {
    account: number;
    symbol: string;
    side: Side;
    order_qty: string;
    time_in_force: Schemas["TimeInForceEnum"];
    expire_date?: string;
    limit: { cl_ord_id: string; price: string };
    stop: { cl_ord_id: string; ord_type: Schemas["OrdTypeEnum"]; stop_px?: string; trail?: string; price?: string };
  };
  PreviewFields: {
    fee: string;
    fees: Upcoming["FeeTerms"] | null;
    expires_at: string | null;
    explanation: string[];
  };
}

interface Answer<Status extends number, Content> {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
  responses: Record<Status, { headers: Record<string, unknown>; content: { "application/json": Content } }>;
}

interface Post<Status extends number, Body, Content> extends Answer<Status, Content> {
  requestBody: { content: { "application/json": Body } };
}

type Placed = Schemas["PlacedOrderShape"] & Upcoming["OrderFields"];

export interface UpcomingPaths {
  "/api/v1/orders/{order_id}/replace": {
    parameters: object;
    post: Omit<Post<202, { cl_ord_id: string; order_qty: string; price?: string; stop_px?: string }, Schemas["ChangeShape"]>, "parameters"> & {
      parameters: { query?: never; header?: never; path: { order_id: number }; cookie?: never };
    };
  };
  "/api/v1/orders/pair": { parameters: object; post: Post<202, Upcoming["PairRequest"], { limit: Placed; stop: Placed }> };
  "/api/v1/orders/pair/preview": { parameters: object; post: Post<200, Upcoming["PairRequest"], Schemas["PreviewShape"] & Upcoming["PreviewFields"]> };
  "/api/v1/orders/cancel-all": {
    parameters: object;
    post: Post<202, { account: number; cl_ord_id: string; symbol?: string; side?: Side }, { listings: { symbol: string; seq: number }[] }>;
  };
}

/** An answer with the fields it is going to have. */
export type Grown<T> = T extends Schemas["OrderShape"]
  ? T & Upcoming["OrderFields"]
  : T extends Schemas["ExecutionShape"]
    ? Omit<T, "liquidity"> & Upcoming["ExecutionFields"]
    : T extends Schemas["PreviewShape"]
        ? T & Upcoming["PreviewFields"]
        : T extends { results: (infer Row)[] }
          ? Omit<T, "results"> & { results: Grown<Row>[] }
          : T extends { order: infer O }
            ? Omit<T, "order"> & { order: Grown<O> }
            : T;
