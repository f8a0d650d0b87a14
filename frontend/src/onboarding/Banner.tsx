import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

import { useSession } from "../session/useSession";
import { forgetAll } from "./draft";
import { isWithApplicant } from "./types";
import { useWayIn } from "./useApplications";
import { applicationPath } from "./way";
import "./onboarding.css";

/** Tells whoever has no account yet how to come by one, or where theirs stands; on the way there it is silent. */
export function Banner() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const { data: session } = useSession();
  const way = useWayIn();
  const isSignedOut = session?.signed_in === false;
  useEffect(() => {
    if (isSignedOut) forgetAll();
  }, [isSignedOut]);
  if (!way || pathname.startsWith("/apply")) return null;
  const { open } = way;
  const said = !open ? "start" : open.stage === "DRAFT" ? "draft" : isWithApplicant(open.stage) ? "needs" : "waits";
  return (
    <aside className={`apply-banner apply-banner-${said}`} aria-label={t("onboarding.title")}>
      <p>{t(`onboarding.banner.${said}`)}</p>
      <Link className={`button button-small ${said === "waits" ? "button-quiet" : "button-accent"}`} to={open ? applicationPath(open.id) : "/apply"}>
        {t(!open ? "onboarding.banner.open" : isWithApplicant(open.stage) ? "onboarding.go_on" : "onboarding.look")}
      </Link>
    </aside>
  );
}
