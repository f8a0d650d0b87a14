import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useSignInPath } from "./AccountMenu";
import { useSession } from "./useSession";

/** In place of an account's figures: the visitor may sign in, while operators and examiners have no account. */
export function NoAccount({ purpose }: { purpose: string }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const signInPath = useSignInPath();
  if (!session) return null;
  return (
    <p className="empty">
      {session.signed_in ? (
        t("session.no_account")
      ) : (
        <>
          <Link to={signInPath}>{t("session.sign_in")}</Link> {purpose}
        </>
      )}
    </p>
  );
}
