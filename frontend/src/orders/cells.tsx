/** Cells that several tables of orders share. */
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Order, Side } from "../api/types";
import type { ShownOrder } from "../feed/accountFeed";
import { isWorking } from "../feed/account";
import { useListings } from "../feed/useMarkets";
import { share } from "../ui/decimal";
import { Icon } from "../ui/Icon";
import { price, quantity } from "../ui/format";
import { useVenueTime } from "../ui/venueClock";
import { useCondition } from "./condition";
import { useReason } from "./reason";
import { isPaired } from "./terms";

const ANY_TICK = "0.01";

/** The tick of a symbol, for showing its prices with the right number of decimals. */
export function useTicks(): (symbol: string) => string {
  const { data: listings } = useListings();
  return (symbol) => listings?.find((listing) => listing.symbol === symbol)?.tick_size ?? ANY_TICK;
}

export function SideCell({ side }: { side: Side }) {
  const { t } = useTranslation();
  return <span className={`side side-${side.toLowerCase()}`}>{t(`side.${side}`)}</span>;
}

export function SymbolCell({ symbol }: { symbol: string }) {
  return (
    <Link className="symbol" to={`/markets/${encodeURIComponent(symbol)}`}>
      {symbol}
    </Link>
  );
}

/** Its limit; what has none trades at the market. */
export function PriceCell({ order }: { order: Order }) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  return order.price === null ? t("order.market_price") : price(order.price, tickOf(order.symbol));
}

export function StatusCell({ order }: { order: ShownOrder }) {
  const { t } = useTranslation();
  const reason = useReason();
  const condition = useCondition();
  const tickOf = useTicks();
  const waitsFor = order.pending ? null : condition(order, tickOf(order.symbol));
  // A canceled order that traded is still canceled; its quantity column says that it traded.
  const key = order.pending ?? order.ord_status;
  return (
    <span className={`status status-${key.toLowerCase()}`}>
      {waitsFor === null ? t(`status.${key}`) : t("order.waiting")}
      {waitsFor !== null && <span className="status-text">{waitsFor}</span>}
      {order.text && <span className="status-text">{reason(order.text)}</span>}
    </span>
  );
}

export function FilledCell({ order }: { order: Order }) {
  const { t } = useTranslation();
  const done = share(order.cum_qty, order.order_qty);
  return (
    <span className="filled">
      <span className="visually-hidden">
        {t("order.filled_of", { cum: quantity(order.cum_qty), qty: quantity(order.order_qty) })}
      </span>
      <span aria-hidden="true">
        {quantity(order.cum_qty)}
        <span className="muted"> / {quantity(order.order_qty)}</span>
      </span>
      {order.display_qty !== null && (
        <span className="status-text">{t("order.shows", { qty: quantity(order.display_qty) })}</span>
      )}
      <span className="filled-bar" aria-hidden="true" style={{ "--done": done } as CSSProperties} />
    </span>
  );
}

export function TypeCell({ order }: { order: Order }) {
  const { t } = useTranslation();
  const { time, zone } = useVenueTime();
  return (
    <span className="type">
      <span>
        {t(`ord_type.${order.ord_type}`)} <span className="muted">{t(`tif.${order.time_in_force}`)}</span>
      </span>
      {order.time_in_force === "GTD" && isWorking(order) && (
        <span className="status-text">{t("order.ends", { at: time(order.expire_at), zone })}</span>
      )}
      {isPaired(order) && (
        <span className="status-text pair-mark">
          <Icon name="link" />
          {t("order.pair")}
        </span>
      )}
      {order.post_only && <span className="status-text">{t("ticket.post_only")}</span>}
      {order.min_qty && <span className="status-text">{t("order.minimum", { qty: quantity(order.min_qty) })}</span>}
    </span>
  );
}
