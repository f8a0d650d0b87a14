import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useSignInPath } from "./AccountMenu";
import { useSession } from "./useSession";

/** In place of an account's figures: the visitor may sign in, who is signed in may open one, and operators and examiners have none. */
export function NoAccount({ purpose }: { purpose: string }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const signInPath = useSignInPath();
  if (!session) return null;
  return (
    <p className="empty">
      {session.is_operator ? (
        t("session.no_account")
      ) : session.signed_in ? (
        <>
          {t("onboarding.no_account")} <Link to="/apply">{t("onboarding.title")}</Link>
        </>
      ) : (
        <>
          <Link to={signInPath}>{t("session.sign_in")}</Link> {purpose}
        </>
      )}
    </p>
  );
}
