import { type ComponentType, type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useNavigate, useParams } from "react-router";

import { ApiError } from "../api/client";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useTitle } from "../ui/useTitle";
import type { Answers } from "./answers";
import { forget, keep, kept } from "./draft";
import { FormProvider, type Problems } from "./form";
import { ApplicationOf, Wizard } from "./Frame";
import { byField, problemsOf, sendable } from "./sending";
import { Accreditation } from "./steps/Accreditation";
import { Agreements } from "./steps/Agreements";
import { Documents } from "./steps/Documents";
import { Owners } from "./steps/Owners";
import { Address, Entity, Identity, type StepProps } from "./steps/People";
import { Finances, Objective, TrustedContact } from "./steps/Profile";
import { Tax } from "./steps/Tax";
import { type Application, type Step, type StepState, isEntity, isWithApplicant } from "./types";
import { useAnswers, useApplicationActs } from "./useApplications";
import { useArrival } from "./useArrival";
import { applicationPath, backwards, begun, onwards, stepOfPath } from "./way";

const FORMS: Record<Exclude<Step, "DOCUMENTS">, ComponentType<StepProps>> = {
  IDENTITY: Identity,
  ENTITY: Entity,
  ADDRESS: Address,
  OWNERS: Owners,
  TAX: Tax,
  FINANCES: Finances,
  OBJECTIVE: Objective,
  TRUSTED_CONTACT: TrustedContact,
  ACCREDITATION: Accreditation,
  AGREEMENTS: Agreements,
};

export function StepPage() {
  const { step: path = "" } = useParams();
  return (
    <ApplicationOf>
      {(application) => {
        const state = stepOfPath(path, application.steps);
        // What was sent in is looked at as a whole, and not changed step by step.
        if (!state || !isWithApplicant(application.stage)) return <Navigate to={applicationPath(application.id)} replace />;
        return (
          <Wizard application={application} at={state.step}>
            <StepOf key={state.step} application={application} state={state} />
          </Wizard>
        );
      }}
    </ApplicationOf>
  );
}

function StepOf({ application, state: { step, problem } }: { application: Application; state: StepState }) {
  const { t } = useTranslation();
  const heading = useArrival();
  const title = t(`onboarding.step.${step}.title`);
  useTitle(title);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      <p className="apply-lead">{t(`onboarding.step.${step}.explain`, { context: isEntity(application.kind) ? "entity" : undefined })}</p>
      {problem && (
        <div className="warning">
          <p className="warning-title">{t("onboarding.fix")}</p>
          <p>{problem}</p>
        </div>
      )}
      {step === "DOCUMENTS" ? <DocumentsStep application={application} /> : <AnsweredStep application={application} step={step} />}
    </>
  );
}

function DocumentsStep({ application }: { application: Application }) {
  const { t } = useTranslation();
  const missing = application.documents.filter(({ met }) => !met).length;
  return (
    <>
      <Documents application={application} />
      <div className="apply-actions">
        <Link className="button button-accent" to={onwards(application, "DOCUMENTS")}>{t("onboarding.continue")}</Link>
        <Link className="button button-quiet" to={backwards(application, "DOCUMENTS")}>{t("onboarding.back")}</Link>
        {missing > 0 && <p className="muted">{t("onboarding.documents.missing", { count: missing })}</p>}
      </div>
    </>
  );
}

type AnsweredStepName = keyof typeof FORMS;

function AnsweredStep({ application, step }: { application: Application; step: AnsweredStepName }) {
  const { data: saved, error } = useAnswers(application.id, step);
  if (error && !saved) return <ErrorNote error={error} />;
  if (!saved) return <Loading />;
  return <StepEditor application={application} step={step} saved={saved} />;
}

function StepEditor({ application, step, saved }: { application: Application; step: AnsweredStepName; saved: Answers }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { save } = useApplicationActs();
  const [restored] = useState(() => kept(application.id, step, saved));
  const [answers, setAnswers] = useState<Answers>(() => restored ?? begun(step, application, saved));
  const [isDirty, setDirty] = useState(restored !== null);
  const [problems, setProblems] = useState<Problems>({});
  const [summary, setSummary] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const Form = FORMS[step];
  useLeaveWarning(isDirty);

  const [change] = useState(() => (next: (answers: Answers) => Answers, path?: string) => {
    setAnswers(next);
    if (path !== undefined) setProblems((all) => Object.fromEntries(Object.entries(all).filter(([place]) => place !== path)));
    setDirty(true);
  });

  useEffect(() => {
    if (isDirty) keep(application.id, step, saved, answers);
  }, [application.id, step, saved, answers, isDirty]);

  // The first thing to mend is where the work goes on.
  useEffect(() => {
    if (summary.length === 0) return;
    const first = form.current?.querySelector<HTMLElement>("[data-invalid] :is(input, select, textarea), [aria-invalid=true]");
    (first ?? form.current?.querySelector<HTMLElement>("[role=alert]"))?.focus();
  }, [summary]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const after = await save(application.id, step, sendable(answers));
      forget(application.id, step);
      setDirty(false);
      void navigate(onwards(after, step));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      const found = problemsOf(failure);
      setProblems(byField(found));
      setSummary(found.length > 0 ? found.map(({ message }) => message) : [t("placeholder.unreachable")]);
      setBusy(false);
    }
  }

  return (
    <form ref={form} className="apply-form" onSubmit={(event) => void submit(event)} noValidate>
      {restored && <p className="apply-note">{t("onboarding.restored")}</p>}
      {summary.length > 0 && (
        <div className="refusal" role="alert" tabIndex={-1}>
          <p className="refusal-title">{t("onboarding.problems", { count: summary.length })}</p>
          <ul className="apply-points">{summary.map((message, n) => <li key={n}>{message}</li>)}</ul>
        </div>
      )}
      <FormProvider answers={answers} problems={problems} change={change}>
        <Form application={application} />
      </FormProvider>
      <div className="apply-actions">
        <Button className={`button button-accent${busy ? " button-busy" : ""}`} type="submit">{t("onboarding.save")}</Button>
        <Link className="button button-quiet" to={backwards(application, step)}>{t("onboarding.back")}</Link>
        <p className="muted">{t(isDirty ? "onboarding.unsaved" : "onboarding.leave")}</p>
      </div>
    </form>
  );
}

/** What was typed and not saved is lost with the tab, so the browser asks first. */
function useLeaveWarning(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isDirty]);
}
