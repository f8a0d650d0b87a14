import { useTranslation } from "react-i18next";

import type { Lot } from "../api/types";
import { Gain } from "../ui/Gain";
import { calendarDay, money, price, quantity } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { useLots } from "./useBooks";

interface Props {
  account: string;
  symbol: string;
  tick: string;
}

/** What a holding is made of: what is sold first stands first. */
export function Lots({ account, symbol, tick }: Props) {
  const { t } = useTranslation();
  const { rows, error, onMore } = useLots(account, symbol);
  if (error && !rows) return <ErrorNote error={error} />;
  if (!rows) return <Loading />;
  if (rows.length === 0) return <p className="table-note">{t("lots.none", { symbol })}</p>;
  return (
    <div className="lots">
      <TableFrame label={t("lots.of", { symbol })}>
        <table className="table table-tight">
          <thead>
            <tr>
              <th scope="col">{t("lots.acquired")}</th>
              <th scope="col" className="medium">{t("lots.source")}</th>
              <th scope="col" className="num">{t("column.quantity")}</th>
              <th scope="col" className="num medium">{t("lots.price")}</th>
              <th scope="col" className="num">{t("lots.cost")}</th>
              <th scope="col" className="num medium">{t("column.value")}</th>
              <th scope="col" className="num">{t("lots.unrealized")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((lot: Lot) => (
              <tr key={lot.id}>
                <th scope="row" className="nowrap">{calendarDay(lot.acquired_on)}</th>
                <td className="medium">{t(`lots.sources.${lot.source}`)}</td>
                <td className="num">{quantity(lot.qty)}</td>
                <td className="num medium">{price(lot.px, tick)}</td>
                <td className="num">{money(lot.cost)}</td>
                <td className="num medium">{money(lot.market_value)}</td>
                <td className="num"><Gain value={lot.unrealized} /></td>
              </tr>
            ))}
          </tbody>
        </table>
        <MoreButton onMore={onMore} />
      </TableFrame>
      <p className="table-note">{t("lots.explain")}</p>
    </div>
  );
}
