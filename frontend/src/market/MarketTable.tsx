import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Listing } from "../api/types";
import { Change } from "../ui/Change";
import { priceDecimals } from "../ui/decimal";
import { compact, price, quantity } from "../ui/format";
import { TableFrame } from "../ui/TableFrame";
import { StateBadge } from "./StateBadge";

export function MarketTable({ listings }: { listings: Listing[] }) {
  const { t } = useTranslation();
  return (
    <TableFrame label={t("nav.markets")}>
      <table className="table market-table">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col" className="num">
              {t("column.last")}
            </th>
            <th scope="col" className="num">
              {t("column.change")}
            </th>
            <th scope="col" className="num wide">
              {t("column.bid")}
            </th>
            <th scope="col" className="num wide">
              {t("column.ask")}
            </th>
            <th scope="col" className="num medium">
              {t("column.volume")}
            </th>
            <th scope="col" className="wide">
              {t("column.exemption")}
            </th>
            <th scope="col" className="medium">
              {t("column.state")}
            </th>
          </tr>
        </thead>
        <tbody>
          {listings.map((listing) => (
            <MarketRow key={listing.symbol} listing={listing} />
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

const MarketRow = memo(function MarketRow({ listing }: { listing: Listing }) {
  const { t } = useTranslation();
  const { symbol, name, tick_size, stats, state } = listing;
  return (
    <tr className="market-row">
      <th scope="row">
        <Link className="market-link" to={`/markets/${encodeURIComponent(symbol)}`}>
          <span className="symbol">{symbol}</span>
          <span className="market-name">{name}</span>
        </Link>
        {state !== "CONTINUOUS" && (
          <span className="narrow-only">
            <StateBadge state={state} />
          </span>
        )}
      </th>
      <td className="num strong">{price(stats.last_px, tick_size)}</td>
      <td className="num">
        <Change px={stats.change_px} pct={stats.change_pct} decimals={priceDecimals(tick_size)} />
      </td>
      <td className="num wide">
        <Quote px={price(stats.bid_px, tick_size)} qty={stats.bid_qty} />
      </td>
      <td className="num wide">
        <Quote px={price(stats.ask_px, tick_size)} qty={stats.ask_qty} />
      </td>
      <td className="num medium">{compact(stats.volume)}</td>
      <td className="wide muted">{t(`exemption.${listing.exemption}`)}</td>
      <td className="medium">
        <StateBadge state={state} />
      </td>
    </tr>
  );
});

function Quote({ px, qty }: { px: string; qty: string | null }) {
  return (
    <>
      {px}
      {qty !== null && <span className="quote-size">{quantity(qty)}</span>}
    </>
  );
}
