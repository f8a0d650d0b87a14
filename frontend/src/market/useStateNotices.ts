import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Listing, TradingState } from "../api/types";
import { useReason } from "../orders/reason";
import { toast } from "../ui/toasts";

/** Says when trading stops or goes on while someone watches; the banner says that it is stopped. */
export function useStateNotices({ symbol, state, halt }: Listing): void {
  const { t } = useTranslation();
  const known = useRef<TradingState>(state);
  const inWords = useReason();
  const reason = halt ? halt.note || inWords(halt.code) : "";
  useEffect(() => {
    if (known.current === state) return;
    known.current = state;
    if (state === "CONTINUOUS") toast("good", t("toasts.resumed.title", { symbol }), t("toasts.resumed.detail"));
    else toast("warn", t(`banner.${state}`, { symbol }), reason);
  }, [state, symbol, reason, t]);
}
