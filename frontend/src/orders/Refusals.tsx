import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type ApiError, api, asId, call } from "../api/client";
import type { Refusal, Side } from "../api/types";
import { Reasons } from "../ticket/Receipt";
import { price, quantity } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { useVenueTime } from "../ui/venueClock";
import { SymbolCell, useTicks } from "./cells";

/** Orders that never reached the book, each with the rule that stopped it. */
export function Refusals({ account }: { account: string }) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const { time, zone } = useVenueTime();
  const { data, error } = useQuery<Refusal[], ApiError>({
    queryKey: ["refusals", account],
    queryFn: async () => (await call(api.GET("/api/v1/refusals", { params: { query: { account: asId(account) } } }))).results,
  });
  if (error) return <ErrorNote error={error} />;
  if (!data) return <Loading />;
  if (data.length === 0) return <p className="empty">{t("blotter.no_refusals")}</p>;
  return (
    <TableFrame label={t("blotter.refusals")}>
      <table className="table table-top">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col">{t("column.side")}</th>
            <th scope="col" className="num">{t("column.quantity")}</th>
            <th scope="col" className="num">{t("column.price")}</th>
            <th scope="col">{t("column.reason")}</th>
            <th scope="col">{t("column.time", { zone })}</th>
          </tr>
        </thead>
        <tbody>
          {data.map((refusal) => (
            <tr key={refusal.cl_ord_id}>
              <th scope="row"><SymbolCell symbol={refusal.symbol} /></th>
              <td>{refusal.side ? t(`side.${refusal.side as Side}`) : t("order.change")}</td>
              <td className="num">{quantity(refusal.order_qty)}</td>
              <td className="num">{price(refusal.price, tickOf(refusal.symbol))}</td>
              <td className="wrap"><Reasons reasons={refusal.reasons} /></td>
              <td className="muted nowrap">{time(refusal.received_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
