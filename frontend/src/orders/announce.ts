import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { Listing } from "../api/types";
import type { Change, ChangeKind } from "../feed/changes";
import { price, quantity } from "../ui/format";
import { type Tone, toast } from "../ui/toasts";
import { useCondition } from "./condition";
import { useReason } from "./reason";

const TONES: Record<ChangeKind, Tone> = {
  accepted: "neutral",
  triggered: "neutral",
  replaced: "neutral",
  filled: "good",
  partially_filled: "good",
  partly_canceled: "good",
  canceled: "warn",
  expired: "warn",
  rejected: "bad",
};

/** Tells on screen, and to screen readers, what became of the account's orders. */
export function useAnnounceChanges(): (changes: Change[]) => void {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const reason = useReason();
  const condition = useCondition();
  return useCallback(
    (changes) => {
      const listings = queries.getQueryData<Listing[]>(["listings"]) ?? [];
      for (const { kind, order, qty, px, isAverage } of changes) {
        const tick = listings.find(({ symbol }) => symbol === order.symbol)?.tick_size ?? "0.01";
        const shown = px === null ? t("order.market_price") : price(px, tick);
        const facts = {
          side: t(`side.${order.side}`),
          qty: quantity(qty),
          cum: quantity(order.cum_qty),
          whole: quantity(order.order_qty),
          symbol: order.symbol,
          px: isAverage ? t("toasts.average", { px: shown }) : shown,
        };
        const waitsFor = kind === "accepted" ? condition(order, tick) : null;
        const detail = waitsFor === null ? t(`toasts.${kind}.detail`, facts) : t("toasts.waiting", { condition: waitsFor });
        toast(TONES[kind], t(`toasts.${kind}.title`, facts), order.text ? reason(order.text) : detail);
      }
    },
    [queries, reason, condition, t],
  );
}
