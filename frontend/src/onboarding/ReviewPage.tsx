import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { ApiError } from "../api/client";
import { useTitle } from "../ui/useTitle";
import { ApplicationOf, Narrow, Wizard } from "./Frame";
import { Summary } from "./Summary";
import { problemsOf } from "./sending";
import { type Application, isWithApplicant } from "./types";
import { useApplicationActs } from "./useApplications";
import { useArrival } from "./useArrival";
import { applicationPath, stepPath } from "./way";

/** Everything that was answered, to be looked over and sent in; afterwards, to be read. */
export function ReviewPage() {
  return (
    <ApplicationOf>
      {(application) =>
        isWithApplicant(application.stage) ? (
          <Wizard application={application} at="review"><Review application={application} /></Wizard>
        ) : (
          <Narrow><Sent application={application} /></Narrow>
        )
      }
    </ApplicationOf>
  );
}

function Review({ application }: { application: Application }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { submit } = useApplicationActs();
  const [problems, setProblems] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const heading = useArrival();
  const { id, missing, can_submit, stage } = application;
  useTitle(t("onboarding.review.title"));

  async function send() {
    if (busy) return;
    setBusy(true);
    setProblems([]);
    try {
      await submit(id);
      void navigate(applicationPath(id));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      const found = problemsOf(failure).map(({ message }) => message);
      setProblems(found.length > 0 ? found : [t("placeholder.unreachable")]);
      setBusy(false);
    }
  }

  return (
    <>
      <h1 ref={heading} tabIndex={-1}>{t("onboarding.review.title")}</h1>
      <p className="apply-lead">{t("onboarding.review.explain")}</p>
      {missing.length > 0 && (
        <section className="warning" aria-labelledby="missing">
          <h2 id="missing" className="warning-title">{t("onboarding.review.missing", { count: missing.length })}</h2>
          <ul className="apply-missing">
            {missing.map(({ step, field, message }, n) => (
              <li key={n}>
                <Link to={stepPath(id, step)}>{t(`onboarding.step.${step}.title`)}</Link>: {message}
                {field && <span className="visually-hidden"> ({field})</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Everything application={application} canEdit />
      {problems.length > 0 && (
        <div className="refusal" role="alert">
          <ul className="apply-points">{problems.map((problem, n) => <li key={n}>{problem}</li>)}</ul>
        </div>
      )}
      <div className="apply-actions">
        <Button className={`button button-accent${busy ? " button-busy" : ""}`} isDisabled={!can_submit} onPress={() => void send()}>
          {t(stage === "DRAFT" ? "onboarding.review.submit" : "onboarding.review.submit_again")}
        </Button>
        <p className="muted">{t(can_submit ? "onboarding.review.then" : "onboarding.review.not_yet")}</p>
      </div>
    </>
  );
}

function Sent({ application }: { application: Application }) {
  const { t } = useTranslation();
  useTitle(t("onboarding.review.sent"));
  return (
    <>
      <header className="apply-head">
        <h1>{t("onboarding.review.sent")}</h1>
        <p><Link to={applicationPath(application.id)}>{t("onboarding.review.where")}</Link></p>
      </header>
      <Everything application={application} />
    </>
  );
}

function Everything({ application, canEdit = false }: { application: Application; canEdit?: boolean }) {
  const { t } = useTranslation();
  return application.steps.map(({ step, state }) => (
    <section key={step} className="panel" aria-labelledby={`summary-${step}`}>
      <div className="panel-head panel-head-tall">
        <h2 id={`summary-${step}`}>{t(`onboarding.step.${step}.title`)}</h2>
        {canEdit && (
          <Link to={stepPath(application.id, step)}>
            {t(state === "TODO" ? "onboarding.review.answer" : "onboarding.review.change")}
            <span className="visually-hidden">: {t(`onboarding.step.${step}.title`)}</span>
          </Link>
        )}
      </div>
      <div className="apply-summary-body">
        {state === "TODO" && step !== "DOCUMENTS" && step !== "AGREEMENTS" ? (
          <p className="muted">{t("onboarding.review.nothing")}</p>
        ) : (
          <Summary application={application} step={step} />
        )}
      </div>
    </section>
  ));
}
