import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { AccountStanding, StandingMatter } from "../api/types";
import { useAccount } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { calendarDay } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useTitle } from "../ui/useTitle";
import { useStanding } from "./useStanding";
import "../books/books.css";
import "./standing.css";

const TONES = { GOOD: "badge-settled", ENDS_SOON: "badge-pending", ENDED: "badge-failed", NONE: "" } as const;

/** What of an account is verified, until when, and what to do then. */
export function StandingPage() {
  const { t } = useTranslation();
  const open = useAccount();
  useTitle(t("standing.title"));
  return (
    <main id="main" className="page standing">
      <div className="page-head">
        <div>
          <h1>{t("standing.title")}</h1>
          {open && <p className="muted">{t("portfolio.account", { name: open.account.name, number: open.account.number })}</p>}
        </div>
      </div>
      {open ? <Matters account={open.account.id} /> : <section className="panel"><NoAccount purpose={t("standing.sign_in")} /></section>}
    </main>
  );
}

function Matters({ account }: { account: string }) {
  const { data: standing, error } = useStanding(account);
  if (error && !standing) return <ErrorNote error={error} />;
  if (!standing) return <Loading />;
  return (
    <div className="rows">
      <Summary standing={standing} />
      <section className="panel">
        <ul className="standing-matters">
          {standing.matters.map((matter) => <Matter key={matter.title} matter={matter} />)}
        </ul>
      </section>
    </div>
  );
}

function Summary({ standing: { may_buy, matters, investor_class } }: { standing: AccountStanding }) {
  const { t } = useTranslation();
  const soon = matters.some(({ state, is_needed }) => is_needed && state === "ENDS_SOON");
  const isShort = matters.some(({ state, is_needed }) => is_needed && (state === "ENDED" || state === "NONE"));
  const said = !may_buy ? "sell_only" : isShort ? "part" : soon ? "soon" : "good";
  return (
    <section className={`panel standing-summary standing-${said}`}>
      <Icon name={said === "good" ? "check" : "warning"} />
      <div>
        <h2>{t(`standing.summary.${said}`)}</h2>
        <p className="muted">{t(`standing.summary.${said}_explained`)} {t(`standing.class.${investor_class}`)}</p>
      </div>
    </section>
  );
}

function Matter({ matter: { matter, title, state, until, rests_on, is_needed } }: { matter: StandingMatter }) {
  const { t } = useTranslation();
  const renewed = state !== "GOOD";
  return (
    <li>
      <div className="standing-what">
        <h2>
          {title} <span className={`badge ${TONES[state]}`}>{t(`standing.state.${state}`)}</span>
        </h2>
        {rests_on && <p className="muted">{rests_on}</p>}
      </div>
      <p className="standing-until">
        {until !== null
          ? t(state === "ENDED" ? "standing.was_until" : "standing.until", { day: calendarDay(until) })
          : t(state === "NONE" ? (is_needed ? "standing.never" : "standing.not_asked") : "standing.no_end")}
      </p>
      <p className="standing-act">
        {renewed && (
          <Link className={`button ${is_needed ? "button-accent" : "button-quiet"}`} to="/apply">
            {t(matter === "DOCUMENT" ? "standing.act.DOCUMENT" : `standing.act.${state === "NONE" ? "NONE" : "RENEW"}`)}
            <span className="visually-hidden">: {title}</span>
          </Link>
        )}
      </p>
    </li>
  );
}
