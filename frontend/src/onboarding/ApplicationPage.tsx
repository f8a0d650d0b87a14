import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { ApiError } from "../api/client";
import { useSession } from "../session/useSession";
import { Dialog } from "../ui/Dialog";
import { dateTime } from "../ui/format";
import { Icon } from "../ui/Icon";
import { useTitle } from "../ui/useTitle";
import { StageBadge } from "./ApplyPage";
import { ApplicationOf, Narrow } from "./Frame";
import { type Application, type Stage, hasEnded, isWithApplicant } from "./types";
import { useApplicationActs } from "./useApplications";
import { useArrival } from "./useArrival";
import { onwards, reviewPath, stepPath } from "./way";

/** Where an application stands: what is to do, what happened, who acts next. */
export function ApplicationPage() {
  return <ApplicationOf>{(application) => <Narrow><Standing application={application} /></Narrow>}</ApplicationOf>;
}

function Standing({ application }: { application: Application }) {
  const { t } = useTranslation();
  const { id, kind, purpose, stage, steps } = application;
  const title = t(`onboarding.purpose.${purpose}`, { kind: t(`onboarding.kind.${kind}.title`) });
  const heading = useArrival();
  useTitle(title);
  useNewAccount(application);
  return (
    <>
      <header className="apply-head">
        <p><Link to="/apply">{t("onboarding.all")}</Link></p>
        <h1 ref={heading} tabIndex={-1}>{title} <StageBadge stage={stage} /></h1>
      </header>
      <section className={`panel apply-group apply-standing apply-standing-${stage.toLowerCase()}`} aria-labelledby="standing">
        <h2 id="standing">{t(`onboarding.stage.${stage}.title`)}</h2>
        <p>{t(`onboarding.stage.${stage}.explain`)}</p>
        {stage !== "DRAFT" && <LastWord application={application} />}
        {application.expected && <p className="muted">{application.expected}</p>}
        <Onwards application={application} />
      </section>
      {isWithApplicant(stage) && (
        <section className="panel" aria-labelledby="steps">
          <div className="panel-head panel-head-tall">
            <h2 id="steps">{t("onboarding.steps")}</h2>
            <span className="muted">{t("onboarding.progress.done", { n: steps.filter(({ state }) => state === "DONE").length, of: steps.length })}</span>
          </div>
          <ol className="apply-overview">
            {steps.map(({ step, state, problem }, n) => (
              <li key={step} className={`apply-step apply-step-${state.toLowerCase()}`}>
                <Link to={stepPath(id, step)}>
                  <span className="apply-step-mark" aria-hidden="true">{state === "DONE" ? <Icon name="check" /> : state === "FIX" ? "!" : n + 1}</span>
                  <span>
                    <span className="apply-step-name">{t(`onboarding.step.${step}.title`)}</span>
                    <span className={problem ? "apply-step-problem" : "muted"}>{problem ?? t(`onboarding.progress.${state}`)}</span>
                  </span>
                </Link>
              </li>
            ))}
          </ol>
        </section>
      )}
      {stage !== "DRAFT" && <Timeline application={application} />}
      <Foot application={application} />
    </>
  );
}

/** What the venue last said: why something is to be mended, or was refused. */
function LastWord({ application: { timeline, stage } }: { application: Application }) {
  const last = timeline.at(-1);
  if (!last?.text || (stage !== "NEEDS_ANSWERS" && stage !== "REJECTED")) return null;
  return <p className={stage === "REJECTED" ? "refusal" : "warning"}>{last.text}</p>;
}

function Onwards({ application }: { application: Application }) {
  const { t } = useTranslation();
  const { id, stage, steps, purpose } = application;
  switch (stage) {
    case "DRAFT": {
      const begun = steps.some(({ state }) => state !== "TODO");
      return <div className="apply-actions"><Link className="button button-accent" to={onwards(application)}>{t(begun ? "onboarding.go_on" : "onboarding.begin")}</Link></div>;
    }
    case "NEEDS_ANSWERS": {
      const toMend = steps.filter(({ state }) => state !== "DONE");
      return (
        <div className="apply-actions">
          {toMend.map(({ step }) => (
            <Link key={step} className="button button-accent" to={stepPath(id, step)}>{t("onboarding.mend", { step: t(`onboarding.step.${step}.title`) })}</Link>
          ))}
          {toMend.length === 0 && <Link className="button button-accent" to={reviewPath(id)}>{t("onboarding.review.submit_again")}</Link>}
        </div>
      );
    }
    case "APPROVED":
      return (
        <div className="apply-actions">
          {purpose === "OPEN" && <Link className="button button-accent" to="/cash">{t("onboarding.fund")}</Link>}
          <Link className={`button ${purpose === "OPEN" ? "button-quiet" : "button-accent"}`} to="/">{t("onboarding.trade")}</Link>
        </div>
      );
    case "REJECTED":
    case "WITHDRAWN":
      return <div className="apply-actions"><Link className="button button-quiet" to="/apply">{t("onboarding.again")}</Link></div>;
    default:
      return null;
  }
}

function Timeline({ application: { timeline, waiting_for, stage } }: { application: Application }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="timeline">
      <div className="panel-head panel-head-tall"><h2 id="timeline">{t("onboarding.timeline.title")}</h2></div>
      <ol className="timeline">
        {timeline.map((happening, n) => (
          <li key={n} className={`step step-done ${MARKS[happening.stage] ?? ""}`} aria-current={n === timeline.length - 1 ? "step" : undefined}>
            <span className="step-mark"><Icon name={happening.stage === "REJECTED" || happening.stage === "WITHDRAWN" ? "close" : happening.stage === "NEEDS_ANSWERS" ? "edit" : "check"} /></span>
            <div>
              <p className="step-head">
                <strong>{t(`onboarding.stage.${happening.stage}.happened`)}</strong> <span className="muted">{dateTime(happening.at)}</span>
              </p>
              {happening.text && <p>{happening.text}</p>}
            </div>
          </li>
        ))}
        {!hasEnded(stage) && waiting_for && (
          <li className="step step-ahead step-next">
            <span className="step-mark" />
            <div>
              <p className="step-head"><strong>{t(`onboarding.timeline.${waiting_for}`)}</strong></p>
            </div>
          </li>
        )}
      </ol>
    </section>
  );
}

const MARKS: Partial<Record<Stage, string>> = { NEEDS_ANSWERS: "step-failed", REJECTED: "step-failed", WITHDRAWN: "step-canceled" };

function Foot({ application }: { application: Application }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { stage, id } = application;
  return (
    <div className="apply-foot">
      {!isWithApplicant(stage) && <Link to={reviewPath(id)}>{t("onboarding.review.see")}</Link>}
      {!hasEnded(stage) && <Button className="link-button" onPress={() => setAsking(true)}>{t("onboarding.withdraw.ask")}</Button>}
      {asking && <Withdraw id={id} onClose={() => setAsking(false)} />}
    </div>
  );
}

function Withdraw({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { withdraw } = useApplicationActs();
  const [problem, setProblem] = useState("");
  async function send() {
    try {
      await withdraw(id);
      onClose();
      void navigate("/apply");
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setProblem(failure.message || t("placeholder.unreachable"));
    }
  }
  return (
    <Dialog title={t("onboarding.withdraw.title")} isOpen onClose={onClose} role="alertdialog">
      <p>{t("onboarding.withdraw.explain")}</p>
      {problem && <p className="refusal" role="alert">{problem}</p>}
      <div className="dialog-actions">
        <Button className="button button-quiet" autoFocus onPress={onClose}>{t("onboarding.withdraw.keep")}</Button>
        <Button className="button button-accent" onPress={() => void send()}>{t("onboarding.withdraw.send")}</Button>
      </div>
    </Dialog>
  );
}

/** An account just opened is to be seen everywhere on the page. */
function useNewAccount({ stage, account }: Application): void {
  const { data: session } = useSession();
  const queries = useQueryClient();
  const isNew = stage === "APPROVED" && account !== null && session !== undefined && !session.accounts.some(({ id }) => id === account);
  useEffect(() => {
    if (isNew) void queries.invalidateQueries({ queryKey: ["session"] });
  }, [isNew, queries]);
}
