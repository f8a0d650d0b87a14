import { useTranslation } from "react-i18next";

import { useAccount } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useTitle } from "../ui/useTitle";
import { Balance } from "./Balance";
import { BankAccounts } from "./BankAccounts";
import { Deposit } from "./Deposit";
import { Movements } from "./Movements";
import { Withdraw } from "./Withdraw";
import { Withdrawals } from "./Withdrawals";
import { useCash } from "./useCash";
import "../books/books.css";
import "./cash.css";

export function CashPage() {
  const { t } = useTranslation();
  const open = useAccount();
  useTitle(t("nav.cash"));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{t("nav.cash")}</h1>
          {open && <p className="muted">{t("portfolio.account", { name: open.account.name, number: open.account.number })}</p>}
        </div>
      </div>
      {open ? <Cash account={open.account.id} name={open.account.name} /> : <section className="panel"><NoAccount purpose={t("cash.sign_in")} /></section>}
    </main>
  );
}

function Cash({ account, name }: { account: string; name: string }) {
  const { data: cash, error } = useCash(account);
  if (error && !cash) return <ErrorNote error={error} />;
  if (!cash) return <Loading />;
  return (
    <div className="rows">
      <Balance cash={cash} />
      <div className="columns">
        <Deposit instructions={cash.deposit} />
        <div className="column">
          <Withdraw account={account} cash={cash} />
          <BankAccounts account={account} name={name} />
        </div>
      </div>
      <Withdrawals account={account} />
      <Movements account={account} />
    </div>
  );
}
