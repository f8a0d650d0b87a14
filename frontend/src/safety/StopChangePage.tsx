import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import { ApiError, api } from "../api/client";
import { useAct } from "../session/useAct";
import { useTitle } from "../ui/useTitle";
import "../session/sign-in.css";

/** Where the mail to the old address leads. Its secret is behind the #, which no server and no log sees. */
export function StopChangePage() {
  const { t } = useTranslation();
  const { hash } = useLocation();
  const [stopped, setStopped] = useState(false);
  const { busy, problem, run } = useAct();
  useTitle(t("stop_change.title"));

  const stop = () => void run(async () => {
    const { response, error } = await api.POST("/api/v1/safety/contact-changes/stop", { body: { secret: hash.slice(1) } });
    if (error) throw new ApiError(response.status, error);
    setStopped(true);
  });

  return (
    <main id="main" className="page sign-in">
      <section className="card">
        <h1>{t("stop_change.title")}</h1>
        {stopped ? <p role="status">{t("stop_change.done")}</p> : (
          <>
            <p>{t("stop_change.explain")}</p>
            {problem && <p className="refusal" role="alert">{problem}</p>}
            <Button className="button button-accent button-wide" isDisabled={busy} onPress={stop}>{t("stop_change.stop")}</Button>
          </>
        )}
      </section>
    </main>
  );
}
