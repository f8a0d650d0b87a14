import { useTranslation } from "react-i18next";

import type { ApiError } from "../api/client";

export function Loading() {
  const { t } = useTranslation();
  return (
    <p className="empty" role="status">
      {t("placeholder.loading")}
    </p>
  );
}

/** The server's own sentence when it gave one. */
export function ErrorNote({ error }: { error: ApiError }) {
  const { t } = useTranslation();
  return (
    <p className="refusal" role="alert">
      {error.message || t(error.status === 0 ? "placeholder.unreachable" : "placeholder.failed")}
    </p>
  );
}
