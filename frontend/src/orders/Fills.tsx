import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Execution } from "../api/types";
import { sum } from "../ui/decimal";
import { money, moment, price, quantity } from "../ui/format";
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

const stands = ({ status }: Execution): boolean => status !== "BUSTED";

/** What became of a fill, with the way to its settlement; or that the venue took it back or corrected it. */
function Fate({ execution: { status, settlement, symbol, corrected_from } }: { execution: Execution }) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { today } = useVenueTime();
  if (status === "BUSTED") return <span className="badge badge-busted">{t("fill.busted")}</span>;
  const due = settlement && settlement.state === "AFFIRMED" && t("fill.due", { at: moment(settlement.due_at, today) });
  return (
    <>
      {settlement ? (
        <Link to={`/trades/${settlement.id}`} aria-label={t("fill.settlement_of", { symbol, state: due || t(`settlement.short.${settlement.state}`) })}>
          {due || t(`settlement.short.${settlement.state}`)}
        </Link>
      ) : (
        t("settlement.short.MATCHED")
      )}
      {status === "CORRECTED" && <span className="badge badge-corrected">{t("fill.corrected")}</span>}
      {corrected_from && (
        <p className="as-traded">
          {t("fill.as_traded", { qty: quantity(corrected_from.qty), px: price(corrected_from.px, tickOf(symbol)) })}
        </p>
      )}
    </>
  );
}

export function Fills({ executions, loaded, onMore }: Props) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { time, zone } = useVenueTime();
  if (!loaded) return <Loading />;
  if (executions.length === 0 && !onMore) return <p className="empty">{t("blotter.no_fills")}</p>;
  return (
    <TableFrame label={t("blotter.fills")}>
      <table className="table fills">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col">{t("column.side")}</th>
            <th scope="col" className="num">{t("column.quantity")}</th>
            <th scope="col" className="num">{t("column.price")}</th>
            <th scope="col" className="num medium">{t("column.amount")}</th>
            <th scope="col" className="num">{t("column.fee")}</th>
            <th scope="col">{t("column.settlement")}</th>
            <th scope="col">{t("column.time", { zone })}</th>
          </tr>
        </thead>
        <tbody>
          {executions.map((execution) => (
            <tr key={execution.id} className={execution.status === "BUSTED" ? "busted" : undefined}>
              <th scope="row"><SymbolCell symbol={execution.symbol} /></th>
              <td><SideCell side={execution.side} /></td>
              <td className="num strong">{quantity(execution.last_qty)}</td>
              <td className="num strong">{price(execution.last_px, tickOf(execution.symbol))}</td>
              <td className="num medium">{money(execution.amount)}</td>
              <td className="num">{money(execution.fee)}</td>
              <td className="muted"><Fate execution={execution} /></td>
              <td className="muted nowrap">{time(execution.at)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={4}>{t("fill.fees_shown")}</th>
            <td className="medium" />
            <td className="num strong">{money(sum(executions.filter(stands).map(({ fee }) => fee)))}</td>
            <td colSpan={2} />
          </tr>
        </tfoot>
      </table>
      <MoreButton onMore={onMore} />
    </TableFrame>
  );
}
