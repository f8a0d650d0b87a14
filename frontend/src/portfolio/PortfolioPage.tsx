import { useTranslation } from "react-i18next";

import { PendingTrades } from "../books/PendingTrades";
import { useAccount } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { useTitle } from "../ui/useTitle";
import { Holdings } from "./Holdings";

export function PortfolioPage() {
  const { t } = useTranslation();
  const open = useAccount();
  useTitle(t("nav.portfolio"));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{t("nav.portfolio")}</h1>
          {open && <p className="muted">{t("portfolio.account", { name: open.account.name, number: open.account.number })}</p>}
        </div>
      </div>
      <div className="rows">
        <section className="panel" aria-label={t("nav.portfolio")}>
          {open ? <Holdings account={open.account.id} /> : <NoAccount purpose={t("portfolio.sign_in")} />}
        </section>
        {open && <PendingTrades account={open.account.id} />}
      </div>
    </main>
  );
}
