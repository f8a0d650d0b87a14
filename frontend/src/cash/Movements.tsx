import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Gain } from "../ui/Gain";
import { money } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { useVenueTime } from "../ui/venueClock";
import { useMovements } from "./useCash";

export function Movements({ account }: { account: string }) {
  const { t } = useTranslation();
  const { time, zone } = useVenueTime();
  const { rows, error, onMore } = useMovements(account);
  return (
    <section className="panel" aria-labelledby="movements">
      <div className="panel-head panel-head-tall"><h2 id="movements">{t("movements.title")}</h2></div>
      {error && !rows ? <ErrorNote error={error} /> : !rows ? <Loading /> : rows.length === 0 ? <p className="empty">{t("movements.none")}</p> : (
        <TableFrame label={t("movements.title")}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("movements.what")}</th>
                <th scope="col" className="num">{t("column.amount")}</th>
                <th scope="col" className="num medium">{t("movements.balance")}</th>
                <th scope="col">{t("column.time", { zone })}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, text, amount, balance, at, settlement }) => (
                <tr key={id}>
                  <th scope="row">{settlement ? <Link to={`/trades/${settlement}`}>{text}</Link> : text}</th>
                  <td className="num strong"><Gain value={amount} /></td>
                  <td className="num medium">{money(balance)}</td>
                  <td className="muted nowrap">{time(at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <MoreButton onMore={onMore} />
        </TableFrame>
      )}
    </section>
  );
}
