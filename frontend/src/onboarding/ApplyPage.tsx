import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { ApiError } from "../api/client";
import { useSession } from "../session/useSession";
import { calendarDay } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useTitle } from "../ui/useTitle";
import { Narrow, SignedIn } from "./Frame";
import { type ApplicationInList, type Kind, type Purpose, hasEnded, isWithApplicant } from "./types";
import { useApplicationActs, useApplications } from "./useApplications";
import { applicationPath } from "./way";

const PEOPLE = ["INDIVIDUAL", "JOINT", "IRA"] as const;
const BODIES = ["TRUST", "CORPORATION", "LLC", "PARTNERSHIP"] as const;
const ABOUT_ACCOUNT = ["ACCREDITATION", "RENEW_IDENTITY"] as const;

/** Where accounts begin: what is under way, and whom another one could be for. */
export function ApplyPage() {
  const { t } = useTranslation();
  useTitle(t("onboarding.title"));
  return <SignedIn>{() => <Narrow><Applications /></Narrow>}</SignedIn>;
}

function Applications() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const { data: applications, error } = useApplications();
  const accounts = session?.accounts ?? [];
  const going = (applications ?? []).filter(({ stage }) => !hasEnded(stage));
  const ended = (applications ?? []).filter(({ stage }) => hasEnded(stage));

  if (error && !applications) return <ErrorNote error={error} />;
  if (!applications) return <Loading />;
  return (
    <>
      <header className="apply-head">
        <h1>{t(accounts.length > 0 ? "onboarding.accounts" : "onboarding.title")}</h1>
        <p className="apply-lead">{t("onboarding.lead")}</p>
      </header>
      {going.length > 0 && <ApplicationList id="going" title={t("onboarding.going")} applications={going} />}
      {accounts.map((account) => (
        <AboutAccount key={account.id} {...account} applications={applications} />
      ))}
      <Kinds going={going} isAnother={accounts.length > 0} />
      {ended.length > 0 && <ApplicationList id="ended" title={t("onboarding.ended")} applications={ended} />}
    </>
  );
}

function ApplicationList({ id, title, applications }: { id: string; title: string; applications: ApplicationInList[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head panel-head-tall"><h2 id={id}>{title}</h2></div>
      <ul className="apply-list-of">
        {applications.map((application) => (
          <li key={application.id}>
            <div>
              <p className="strong">{t(`onboarding.purpose.${application.purpose}`, { kind: t(`onboarding.kind.${application.kind}.title`) })}</p>
              <p className="muted">{t("onboarding.started", { day: calendarDay(application.started_at.slice(0, 10)) })}</p>
            </div>
            <StageBadge stage={application.stage} />
            <Link
              className={`button ${isWithApplicant(application.stage) ? "button-accent" : "button-quiet"}`}
              to={applicationPath(application.id)}
            >
              {t(isWithApplicant(application.stage) ? "onboarding.go_on" : "onboarding.look")}
              <span className="visually-hidden">: {t(`onboarding.kind.${application.kind}.title`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function StageBadge({ stage }: { stage: ApplicationInList["stage"] }) {
  const { t } = useTranslation();
  const tone = stage === "APPROVED" ? "badge-settled" : stage === "NEEDS_ANSWERS" ? "badge-pending" : "";
  return <span className={`badge ${tone}`}>{t(`onboarding.stage.${stage}.short`)}</span>;
}

function useStart() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { start } = useApplicationActs();
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  return {
    problem,
    busy,
    begin: async (kind: Kind, purpose: Purpose, account?: string) => {
      if (busy) return;
      setBusy(true);
      setProblem("");
      try {
        void navigate(applicationPath((await start(kind, purpose, account)).id));
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure;
        setProblem(failure.message || t("placeholder.unreachable"));
        setBusy(false);
      }
    },
  };
}

interface AboutAccountProps {
  id: string;
  number: string;
  name: string;
  applications: ApplicationInList[];
}

/** What can be asked for an account there is. Of which kind it is, the application says that opened it. */
function AboutAccount({ id, number, name, applications }: AboutAccountProps) {
  const { t } = useTranslation();
  const { begin, problem } = useStart();
  const kind = applications.find(({ account, stage }) => account === id && stage === "APPROVED")?.kind ?? "INDIVIDUAL";
  const isGoing = (purpose: Purpose) => applications.some((one) => one.account === id && one.purpose === purpose && !hasEnded(one.stage));
  return (
    <section className="panel" aria-labelledby={`account-${id}`}>
      <div className="panel-head panel-head-tall">
        <h2 id={`account-${id}`}>{name}</h2>
        <span className="muted">{number}</span>
      </div>
      <ul className="apply-list-of">
        {ABOUT_ACCOUNT.filter((purpose) => !isGoing(purpose)).map((purpose) => (
          <li key={purpose}>
            <div>
              <p className="strong">{t(`onboarding.about.${purpose}.title`)}</p>
              <p className="muted">{t(`onboarding.about.${purpose}.explain`)}</p>
            </div>
            <Button className="button button-quiet" aria-label={t("onboarding.about.start_one", { what: t(`onboarding.about.${purpose}.title`) })} onPress={() => void begin(kind, purpose, id)}>
              {t("onboarding.about.start")}
            </Button>
          </li>
        ))}
      </ul>
      {problem && <p className="refusal" role="alert">{problem}</p>}
    </section>
  );
}

function Kinds({ going, isAnother }: { going: ApplicationInList[]; isAnother: boolean }) {
  const { t } = useTranslation();
  const { begin, problem, busy } = useStart();
  const isGoing = (kind: Kind) => going.some((application) => application.kind === kind && application.purpose === "OPEN");
  const cards = (kinds: readonly Kind[]) => (
    <ul className="apply-kinds">
      {kinds.map((kind) => (
        <li key={kind}>
          <Button className="apply-kind" isDisabled={busy || isGoing(kind)} onPress={() => void begin(kind, "OPEN")}>
            <span className="apply-card-text">{t(`onboarding.kind.${kind}.title`)}</span>
            <span className="apply-card-explanation">{t(isGoing(kind) ? "onboarding.kind_going" : `onboarding.kind.${kind}.explain`)}</span>
          </Button>
        </li>
      ))}
    </ul>
  );
  return (
    <section className="apply-who" aria-labelledby="who">
      <h2 id="who">{t(isAnother ? "onboarding.who_another" : "onboarding.who")}</h2>
      {problem && <p className="refusal" role="alert">{problem}</p>}
      <h3>{t("onboarding.people_kinds")}</h3>
      {cards(PEOPLE)}
      <h3>{t("onboarding.body_kinds")}</h3>
      {cards(BODIES)}
      <p className="muted">{t("onboarding.at_hand")}</p>
    </section>
  );
}
