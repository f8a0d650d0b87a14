import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/client";
import { AuthError } from "./auth";
import { wasCalledOff } from "./passkeys";

export interface Act {
  busy: boolean;
  /** What is wrong as a whole; what is wrong with a field is told by `of`. */
  problem: string;
  of: (param: string) => string | undefined;
  run: (act: () => Promise<void>) => Promise<void>;
}

/** Doing something that may be refused: one at a time, and what was refused is told in words. */
export function useAct(...fields: string[]): Act {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const of = (param: string): string | undefined => {
    if (failure instanceof AuthError) return failure.of(param);
    return failure instanceof ApiError && failure.field === param ? failure.message : undefined;
  };
  const told = fields.some((field) => of(field) !== undefined);
  const message = failure instanceof Error ? failure.message : "";
  const problem = failure === null || told ? "" : message || t("session.failed");

  async function run(act: () => Promise<void>) {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await act();
    } catch (error) {
      if (!wasCalledOff(error)) setFailure(error instanceof AuthError || error instanceof ApiError ? error : new Error(t("session.failed")));
    } finally {
      setBusy(false);
    }
  }

  return { busy, problem, of, run };
}
