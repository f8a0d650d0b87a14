import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Settlement } from "../api/types";
import { SideCell, SymbolCell, useTicks } from "../orders/cells";
import { Gain } from "../ui/Gain";
import { moment, price, quantity } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { TableFrame } from "../ui/TableFrame";
import { useVenueTime } from "../ui/venueClock";
import { usePendingSettlements } from "./useBooks";
import "./books.css";

/** Trades that have yet to settle: what, why not yet, and until when. Nothing where there are none. */
export function PendingTrades({ account }: { account: string }) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { rows, onMore } = usePendingSettlements(account);
  if (!rows || rows.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="pending-trades">
      <div className="panel-head panel-head-tall">
        <h2 id="pending-trades">{t("pending.title")}</h2>
      </div>
      <p className="table-note">{t("pending.explain")}</p>
      <TableFrame label={t("pending.title")}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("column.listing")}</th>
              <th scope="col">{t("column.side")}</th>
              <th scope="col" className="num">{t("column.quantity")}</th>
              <th scope="col" className="num medium">{t("column.price")}</th>
              <th scope="col" className="num">{t("pending.cash")}</th>
              <th scope="col">{t("pending.settles")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row"><SymbolCell symbol={row.symbol} /></th>
                <td><SideCell side={row.side} /></td>
                <td className="num strong">{quantity(row.qty)}</td>
                <td className="num medium">{price(row.px, tickOf(row.symbol))}</td>
                <td className="num"><Gain value={row.net} /></td>
                <td><When row={row} /></td>
              </tr>
            ))}
          </tbody>
        </table>
        <MoreButton onMore={onMore} />
      </TableFrame>
    </section>
  );
}

/** When it settles or what it waits for, with the way to all of it. */
function When({ row: { id, symbol, qty, state, next } }: { row: Settlement }) {
  const { t } = useTranslation();
  const { today } = useVenueTime();
  const when = next?.at ? moment(next.at, today) : next?.message;
  const text = state === "FAILED" || !when ? t(`settlement.state.${state}`) : when;
  return <Link to={`/trades/${id}`} aria-label={t("pending.open", { symbol, qty: quantity(qty), when: text })}>{text}</Link>;
}
