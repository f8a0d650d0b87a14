import { useTranslation } from "react-i18next";

import type { Account } from "../api/types";
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
      {open ? <Cash open={open.account} /> : <section className="panel"><NoAccount purpose={t("cash.sign_in")} /></section>}
    </main>
  );
}

function Cash({ open }: { open: Account }) {
  const account = open.id;
  const { data: cash, error } = useCash(account);
  if (error && !cash) return <ErrorNote error={error} />;
  if (!cash) return <Loading />;
  return (
    <div className="rows">
      <Balance cash={cash} />
      <div className="columns">
        <Deposit instructions={cash.deposit} />
        <div className="column">
          <Withdraw account={open} cash={cash} />
          <BankAccounts account={open} />
        </div>
      </div>
      <Withdrawals account={open} />
      <Movements account={account} />
    </div>
  );
}
