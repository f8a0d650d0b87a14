import { Fragment, memo } from "react";
import { useTranslation } from "react-i18next";

import type { Trade } from "../api/types";
import { clock, day, dayOf, price, quantity } from "../ui/format";
import { TableFrame } from "../ui/TableFrame";
import { useVenueTime } from "../ui/venueClock";

const ROWS = 60;

export function TradeTape({ trades, tick, lot }: { trades: Trade[]; tick: string; lot: string }) {
  const { t } = useTranslation();
  const { today, zone } = useVenueTime();
  const shown = trades.slice(0, ROWS);
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
                  {t("column.time", { zone })}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((trade, index) => (
                <Fragment key={trade.trade_id}>
                  {dayOf(trade.at) !== dayOf(shown[index - 1]?.at ?? today) && (
                    <tr className="tape-day">
                      <th scope="rowgroup" colSpan={3}>{day(new Date(trade.at))}</th>
                    </tr>
                  )}
                  <TapeRow trade={trade} tick={tick} lot={lot} />
                </Fragment>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </section>
  );
}

/** In an auction nobody takes (MKTD-004). */
const LOOKS = {
  BUY: { className: "rise", mark: "▴", words: "tape.bought" },
  SELL: { className: "fall", mark: "▾", words: "tape.sold" },
  AUCTION: { className: "", mark: "◆", words: "tape.auction" },
} as const;

const TapeRow = memo(function TapeRow({ trade, tick, lot }: { trade: Trade; tick: string; lot: string }) {
  const { t } = useTranslation();
  const look = LOOKS[trade.taker_side ?? "AUCTION"];
  return (
    <tr>
      <td className={`nowrap ${look.className}`}>
        <span aria-hidden="true" className="tape-mark">
          {look.mark}
        </span>
        <span className="visually-hidden">{t(look.words)} </span>
        {price(trade.px, tick)}
      </td>
      <td className="num">{quantity(trade.qty, lot)}</td>
      <td className="num muted">{clock(trade.at)}</td>
    </tr>
  );
});
