import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAccount } from "../session/AccountContext";
import { useSignInPath } from "../session/AccountMenu";
import { useTitle } from "../ui/useTitle";
import { Holdings } from "./Holdings";

export function PortfolioPage() {
  const { t } = useTranslation();
  const open = useAccount();
  const signInPath = useSignInPath();
  useTitle(t("nav.portfolio"));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{t("nav.portfolio")}</h1>
          {open && <p className="muted">{t("portfolio.account", { name: open.account.name, number: open.account.number })}</p>}
        </div>
      </div>
      <section className="panel" aria-label={t("nav.portfolio")}>
        {open ? (
          <Holdings account={open.account.id} />
        ) : (
          <p className="empty">
            <Link to={signInPath}>{t("session.sign_in")}</Link> {t("portfolio.sign_in")}
          </p>
        )}
      </section>
    </main>
  );
}
