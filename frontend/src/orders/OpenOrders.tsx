import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { ShownOrder } from "../feed/accountFeed";
import type { OpenAccount } from "../session/AccountContext";
import { RoleNote, may } from "../session/roles";
import { newClOrdId } from "../ticket/intent";
import { price } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { toast } from "../ui/toasts";
import { useVenueTime } from "../ui/venueClock";
import { ReplaceDialog } from "./ReplaceDialog";
import { isPaired, isReplaceable } from "./terms";
import { FilledCell, PriceCell, SideCell, StatusCell, SymbolCell, TypeCell, useTicks } from "./cells";

interface Props {
  orders: ShownOrder[];
  open: OpenAccount;
  loaded: boolean;
  /** The venue cancels them when this page's connection ends. */
  guarded: boolean;
  onCancelAll: () => void;
}

export function OpenOrders({ orders, open, loaded, guarded, onCancelAll }: Props) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { time, zone } = useVenueTime();
  const [editing, setEditing] = useState<string | null>(null);

  async function cancel(order: ShownOrder) {
    try {
      const body = { cl_ord_id: newClOrdId() };
      const answer = await call(api.POST("/api/v1/orders/{order_id}/cancel", { params: { path: { order_id: asId(order.id) } }, body }));
      open.feed.changeSent(answer.order, answer.pending);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast("bad", t("toasts.cancel_failed"), error.message || t("placeholder.unreachable"));
    }
  }

  if (!loaded) return <Loading />;
  if (orders.length === 0) return <p className="empty">{t("blotter.no_open")}</p>;
  const mayTrade = may(open.account, "TRADER");
  const edited = orders.find(({ id }) => id === editing);
  return (
    <TableFrame label={t("blotter.open")}>
      <table className="table two-line open-orders">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col">{t("column.side")}</th>
            <th scope="col" className="num">{t("column.price")}</th>
            <th scope="col" className="num">{t("column.filled")}</th>
            <th scope="col" className="order-type">{t("column.type")}</th>
            <th scope="col" className="order-status">{t("column.status")}</th>
            <th scope="col" className="medium">{t("column.placed", { zone })}</th>
            {mayTrade && (
              <th scope="col" className="row-actions">
                <span className="visually-hidden">{t("column.actions")}</span>
                <Button className="button button-small button-quiet" onPress={onCancelAll}>
                  {t("cancel_all.open")}
                </Button>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => {
            const name = t("order.name", {
              side: t(`side.${order.side}`),
              symbol: order.symbol,
              px: order.price ? price(order.price, tickOf(order.symbol)) : t("order.market_price"),
            });
            return (
              <tr key={order.id}>
                <th scope="row"><SymbolCell symbol={order.symbol} /></th>
                <td><SideCell side={order.side} /></td>
                <td className="num strong"><PriceCell order={order} /></td>
                <td className="num"><FilledCell order={order} /></td>
                <td className="order-type"><TypeCell order={order} /></td>
                <td className="order-status"><StatusCell order={order} /></td>
                <td className="muted nowrap medium">{time(order.created_at)}</td>
                {mayTrade && (
                  <td className="row-actions">
                    <Button
                      className="icon-button"
                      aria-label={t(isPaired(order) ? "order.edit_pair" : "order.edit", { name })}
                      isDisabled={order.pending !== null || !isReplaceable(order)}
                      onPress={() => setEditing(order.id)}
                    >
                      <Icon name="edit" />
                    </Button>
                    <Button
                      className="button button-small button-quiet"
                      aria-label={t("order.cancel_one", { name })}
                      isDisabled={order.pending === "PENDING_CANCEL"}
                      onPress={() => void cancel(order)}
                    >
                      {order.pending === "PENDING_CANCEL" ? t("status.PENDING_CANCEL") : t("order.cancel")}
                    </Button>
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      <RoleNote account={open.account} least="TRADER" />
      {guarded && <p className="table-note">{t("blotter.guarded")}</p>}
      {edited && <ReplaceDialog key={edited.id} order={edited} open={open} onClose={() => setEditing(null)} />}
    </TableFrame>
  );
}
