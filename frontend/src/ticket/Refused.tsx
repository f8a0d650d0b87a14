import { useTranslation } from "react-i18next";

import type { ApiError } from "../api/client";
import { Reasons } from "./Receipt";

/** The answer to an order that was not taken, read out at once. */
export function Refused({ error }: { error: ApiError }) {
  const { t } = useTranslation();
  const noAnswer = !error.definitive;
  return (
    <div className="refusal" role="alert">
      <p className="refusal-title">{t(noAnswer ? "refusal.no_answer" : "refusal.title")}</p>
      {noAnswer && <p>{t("refusal.retry_is_safe")}</p>}
      {error.reasons.length > 0 ? (
        <Reasons reasons={error.reasons} />
      ) : (
        !noAnswer && (
          <p>
            {error.message} <code>{error.code}</code>
          </p>
        )
      )}
    </div>
  );
}
