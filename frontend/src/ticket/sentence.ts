import { useTranslation } from "react-i18next";

import type { OrdType, PairRequest, Side, TimeInForce } from "../api/types";
import { day, price, quantity } from "../ui/format";
import type { Entry, OrderBody } from "./request";

type Stop = Omit<PairRequest["stop"], "cl_ord_id">;
type Terms = Partial<OrderBody> & { side: Side; ord_type: OrdType };

/** "Buy 100 ACME at 12.50 — limit, day": what the button will do, in words. */
export function useSentence(): (entry: Entry, tick: string) => string {
  const { t } = useTranslation();
  return (entry, tick) => {
    const until = (tif: TimeInForce, date: string | null | undefined) =>
      t(`tif_in_sentence.${tif}`, { date: date ? day(new Date(`${date}T12:00`)) : "" });
    const at = (terms: Terms) =>
      t(`sentence.at.${terms.ord_type}`, {
        context: terms.ord_type === "TRAILING_STOP" ? terms.side : undefined,
        px: price(terms.price, tick),
        stop: price(terms.stop_px, tick),
        trail: price(terms.trail, tick),
      });
    const order = "order" in entry ? entry.order : entry.pair;
    const facts = { side: t(`side.${order.side}`), qty: quantity(order.order_qty), symbol: order.symbol };
    const tif = until(order.time_in_force, order.expire_date);
    if ("pair" in entry) {
      const { limit, stop, side } = entry.pair;
      const legs = { limit: at({ ...limit, side, ord_type: "LIMIT" }), stop: at({ ...(stop satisfies Stop), side }) };
      return t("sentence.pair", { ...facts, ...legs, tif });
    }
    const { ord_type, post_only, display_qty, min_qty } = entry.order;
    const terms = [
      ord_type === "MARKET" ? "" : t(`sentence.type.${ord_type}`),
      tif,
      post_only ? t("sentence.post_only") : "",
      display_qty ? t("sentence.display", { qty: quantity(display_qty) }) : "",
      min_qty ? t("sentence.minimum", { qty: quantity(min_qty) }) : "",
    ];
    return t("sentence.order", { ...facts, at: at(entry.order), terms: terms.filter(Boolean).join(", ") });
  };
}
