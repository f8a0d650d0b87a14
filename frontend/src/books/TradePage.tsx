import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import type { SettlementDetail, SettlementState } from "../api/types";
import { useTicks } from "../orders/cells";
import { useAccount } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { isZero } from "../ui/decimal";
import { Gain } from "../ui/Gain";
import { calendarDay, dateTime, money, price, quantity } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { useTitle } from "../ui/useTitle";
import { LotChooser } from "./LotChooser";
import { Timeline } from "./Timeline";
import { useSettlement } from "./useBooks";
import "./books.css";

const ENDS = new Set<SettlementState>(["SETTLED", "FAILED", "CANCELED"]);

/** What became of one trade: from the match to the exchange of securities and cash. */
export function TradePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const open = useAccount();
  useTitle(t("settlement.title"));
  return (
    <main id="main" className="page">
      {open ? <Trade account={open.account.id} id={id} /> : <section className="panel"><NoAccount purpose={t("settlement.sign_in")} /></section>}
    </main>
  );
}

function Trade({ account, id }: { account: string; id: string }) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { data: settlement, error } = useSettlement(account, id);
  if (error && !settlement) return <ErrorNote error={error} />;
  if (!settlement) return <Loading />;
  const { symbol, name, side, qty, px, kind, state, reverses, reversal } = settlement;
  const tick = tickOf(symbol);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>
            {t(`settlement.done.${kind}`, { context: side, qty: quantity(qty), symbol, px: price(px, tick) })}{" "}
            <span className={`badge badge-${ENDS.has(state) ? state.toLowerCase() : "pending"}`}>{t(`settlement.short.${state}`)}</span>
          </h1>
          <p className="muted">
            {name} · {t("settlement.traded", { at: dateTime(settlement.traded_at) })} · {t("settlement.trade", { id: settlement.trade_id })}
          </p>
        </div>
        <Link className="button button-quiet" to="/portfolio">{t("nav.portfolio")}</Link>
      </div>
      {reversal && <p className="warning"><Link to={`/trades/${reversal}`}>{t("settlement.reversed")}</Link></p>}
      {reverses && <p className="warning"><Link to={`/trades/${reverses}`}>{t("settlement.reverses")}</Link></p>}
      <div className="columns">
        <section className="panel" aria-labelledby="settlement-steps">
          <div className="panel-head panel-head-tall"><h2 id="settlement-steps">{t("settlement.timeline")}</h2></div>
          <Timeline settlement={settlement} />
        </section>
        <div className="column">
          <Figures settlement={settlement} />
          {settlement.may_choose_lots && <LotChooser account={account} settlement={settlement} tick={tick} key={settlement.id} />}
          <MovedLots settlement={settlement} tick={tick} />
          <Booked settlement={settlement} />
        </div>
      </div>
    </>
  );
}

function Figures({ settlement: { side, kind, amount, fee, net } }: { settlement: SettlementDetail }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-label={t("settlement.figures")}>
      <dl className="figures">
        <div><dt>{t("column.amount")}</dt><dd>{money(amount)}</dd></div>
        <div><dt>{t(kind === "TRADE" ? "column.fee" : "settlement.fee_back")}</dt><dd>{money(fee)}</dd></div>
        <div className="figures-total"><dt>{t(`settlement.net.${side}`)}</dt><dd><Gain value={net} /></dd></div>
      </dl>
    </section>
  );
}

/** The lots a settled trade took from, with the gain of each; or made. */
function MovedLots({ settlement: { lots, symbol }, tick }: { settlement: SettlementDetail; tick: string }) {
  const { t } = useTranslation();
  if (lots.length === 0) return null;
  const sold = lots.some(({ proceeds }) => proceeds !== null);
  return (
    <section className="panel" aria-labelledby="settlement-lots">
      <div className="panel-head panel-head-tall"><h2 id="settlement-lots">{t(sold ? "settlement.lots_taken" : "settlement.lots_made")}</h2></div>
      <TableFrame label={t("lots.of", { symbol })}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("lots.acquired")}</th>
              <th scope="col" className="num">{t("column.quantity")}</th>
              <th scope="col" className="num medium">{t("lots.price")}</th>
              <th scope="col" className="num">{t("lots.cost")}</th>
              {sold && <th scope="col" className="num">{t("settlement.proceeds")}</th>}
              {sold && <th scope="col" className="num">{t("settlement.gain")}</th>}
            </tr>
          </thead>
          <tbody>
            {lots.map((lot) => (
              <tr key={lot.lot}>
                <th scope="row" className="nowrap">{calendarDay(lot.acquired_on)}</th>
                <td className="num">{quantity(lot.qty).replace("-", "−")}</td>
                <td className="num medium">{price(lot.px, tick)}</td>
                <td className="num">{money(lot.cost)}</td>
                {sold && <td className="num">{money(lot.proceeds)}</td>}
                {sold && <td className="num strong"><Gain value={lot.gain} /></td>}
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  );
}

function Booked({ settlement: { transfers } }: { settlement: SettlementDetail }) {
  const { t } = useTranslation();
  if (transfers.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="settlement-booked">
      <div className="panel-head panel-head-tall"><h2 id="settlement-booked">{t("settlement.booked")}</h2></div>
      <ul className="booked">
        {transfers.filter(({ amount }) => !isZero(amount)).map(({ kind, asset, amount, at, reference }) => (
          <li key={reference}>
            <span>{t(`settlement.transfer.${kind}`, { defaultValue: kind })} <span className="muted nowrap">{dateTime(at)}</span></span>
            <strong className="nowrap">{asset === "USD" ? <Gain value={amount} /> : `${quantity(amount).replace("-", "−")} ${asset}`}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
