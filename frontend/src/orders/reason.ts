import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import en from "../locales/en.json";

type Known = keyof typeof en.reason;

const isKnown = (code: string): code is Known => code in en.reason;

/** A reason code of the engine or of a halt in words; a code this page does not know yet speaks for itself. */
export function useReason(): (code: string) => string {
  const { t } = useTranslation();
  return useCallback((code) => (isKnown(code) ? t(`reason.${code}`) : code), [t]);
}
