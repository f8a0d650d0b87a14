import { useTranslation } from "react-i18next";

import type { Execution } from "../api/types";
import { money, price, quantity } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { useVenueTime } from "../ui/venueClock";
import { SideCell, SymbolCell, useTicks } from "./cells";

interface Props {
  executions: Execution[];
  loaded: boolean;
  onMore: (() => Promise<void>) | null;
}

export function Fills({ executions, loaded, onMore }: Props) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { time, zone } = useVenueTime();
  if (!loaded) return <Loading />;
  if (executions.length === 0 && !onMore) return <p className="empty">{t("blotter.no_fills")}</p>;
  return (
    <TableFrame label={t("blotter.fills")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col">{t("column.side")}</th>
            <th scope="col" className="num">{t("column.quantity")}</th>
            <th scope="col" className="num">{t("column.price")}</th>
            <th scope="col" className="num">{t("column.amount")}</th>
            <th scope="col">{t("column.settlement")}</th>
            <th scope="col">{t("column.time", { zone })}</th>
          </tr>
        </thead>
        <tbody>
          {executions.map((execution) => (
            <tr key={execution.id}>
              <th scope="row"><SymbolCell symbol={execution.symbol} /></th>
              <td><SideCell side={execution.side} /></td>
              <td className="num strong">{quantity(execution.last_qty)}</td>
              <td className="num strong">{price(execution.last_px, tickOf(execution.symbol))}</td>
              <td className="num">{money(execution.amount)}</td>
              <td className="muted">{t(execution.settled ? "fill.settled" : "fill.unsettled")}</td>
              <td className="muted nowrap">{time(execution.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton onMore={onMore} />
    </TableFrame>
  );
}
