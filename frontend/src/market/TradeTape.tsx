import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { Trade } from "../api/types";
import { price, quantity, time } from "../ui/format";
import { TableFrame } from "../ui/TableFrame";

const ROWS = 60;

export function TradeTape({ trades, tick, lot }: { trades: Trade[]; tick: string; lot: string }) {
  const { t } = useTranslation();
  return (
    <section className="panel tape" aria-labelledby="tape-title">
      <header className="panel-head">
        <h2 id="tape-title">{t("tape.title")}</h2>
      </header>
      {trades.length === 0 ? (
        <p className="empty">{t("tape.empty")}</p>
      ) : (
        <TableFrame label={t("tape.title")}>
          <table className="table table-tight">
            <thead>
              <tr>
                <th scope="col">{t("column.price")}</th>
                <th scope="col" className="num">
                  {t("column.size")}
                </th>
                <th scope="col" className="num">
                  {t("column.time")}
                </th>
              </tr>
            </thead>
            <tbody>
              {trades.slice(0, ROWS).map((trade) => (
                <TapeRow key={trade.trade_id} trade={trade} tick={tick} lot={lot} />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </section>
  );
}

const TapeRow = memo(function TapeRow({ trade, tick, lot }: { trade: Trade; tick: string; lot: string }) {
  const { t } = useTranslation();
  const bought = trade.taker_side === "BUY";
  return (
    <tr>
      <td className={bought ? "rise" : "fall"}>
        <span aria-hidden="true" className="tape-mark">
          {bought ? "▴" : "▾"}
        </span>
        <span className="visually-hidden">{t(bought ? "tape.bought" : "tape.sold")} </span>
        {price(trade.px, tick)}
      </td>
      <td className="num">{quantity(trade.qty, lot)}</td>
      <td className="num muted">{time(trade.at)}</td>
    </tr>
  );
});
