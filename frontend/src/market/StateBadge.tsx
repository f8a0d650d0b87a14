import { useTranslation } from "react-i18next";

import type { TradingState } from "../api/types";

export function StateBadge({ state }: { state: TradingState }) {
  const { t } = useTranslation();
  return <span className={`badge badge-${state.toLowerCase()}`}>{t(`state.${state}`)}</span>;
}
