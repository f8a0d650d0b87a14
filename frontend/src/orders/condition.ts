import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { Order } from "../api/types";
import { isWorking } from "../feed/account";
import { price } from "../ui/format";
import { isWaiting } from "./terms";

/** What a working order outside the book waits for, in words: "a trade at 12.50 or above". */
export function useCondition(): (order: Order, tick: string) => string | null {
  const { t } = useTranslation();
  return useCallback(
    (order, tick) => {
      if (!isWorking(order)) return null;
      if (isWaiting(order)) {
        const px = price(order.stop_px, tick);
        if (order.trail === null) return t(`order.waits.${order.side}`, { px });
        return t(`order.trails.${order.side}`, { px, trail: price(order.trail, tick) });
      }
      const { time_in_force } = order;
      return time_in_force === "AT_OPEN" || time_in_force === "AT_CLOSE" ? t(`order.waits.${time_in_force}`) : null;
    },
    [t],
  );
}
