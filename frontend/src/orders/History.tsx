import { useTranslation } from "react-i18next";

import type { ShownOrder } from "../feed/accountFeed";
import { money, price } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { useVenueTime } from "../ui/venueClock";
import { FilledCell, PriceCell, SideCell, StatusCell, SymbolCell, TypeCell, useTicks } from "./cells";

interface Props {
  orders: ShownOrder[];
  loaded: boolean;
  onMore: (() => Promise<void>) | null;
}

export function History({ orders, loaded, onMore }: Props) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { time, zone } = useVenueTime();
  if (!loaded) return <Loading />;
  if (orders.length === 0 && !onMore) return <p className="empty">{t("blotter.no_history")}</p>;
  return (
    <TableFrame label={t("blotter.history")}>
      <table className="table two-line past-orders">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col">{t("column.side")}</th>
            <th scope="col" className="num">{t("column.price")}</th>
            <th scope="col" className="num">{t("column.filled")}</th>
            <th scope="col" className="num medium">{t("column.average")}</th>
            <th scope="col" className="num medium">{t("column.fee")}</th>
            <th scope="col" className="order-type">{t("column.type")}</th>
            <th scope="col" className="order-status">{t("column.status")}</th>
            <th scope="col">{t("column.updated", { zone })}</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <tr key={order.id}>
              <th scope="row"><SymbolCell symbol={order.symbol} /></th>
              <td><SideCell side={order.side} /></td>
              <td className="num"><PriceCell order={order} /></td>
              <td className="num"><FilledCell order={order} /></td>
              <td className="num medium">{price(order.avg_px, tickOf(order.symbol))}</td>
              <td className="num medium">{money(order.fee)}</td>
              <td className="order-type"><TypeCell order={order} /></td>
              <td className="order-status"><StatusCell order={order} /></td>
              <td className="muted nowrap">{time(order.updated_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton onMore={onMore} />
    </TableFrame>
  );
}
