import { useTranslation } from "react-i18next";

import type { OrderRequest } from "../api/types";
import { price, quantity } from "../ui/format";

type Said = Pick<OrderRequest, "side" | "symbol" | "ord_type" | "time_in_force" | "order_qty" | "price">;

/** "Buy 100 ACME at 12.50 — limit, day": what the button will do, in words. */
export function useSentence(): (order: Said, tick: string) => string {
  const { t } = useTranslation();
  return (order, tick) =>
    t(order.price ? "ticket.sentence_limit" : "ticket.sentence_market", {
      side: t(`side.${order.side}`),
      qty: quantity(order.order_qty),
      symbol: order.symbol,
      px: price(order.price, tick),
      tif: t(`tif_in_sentence.${order.time_in_force}`),
    });
}
