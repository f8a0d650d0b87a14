import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import type { ApiError } from "../api/client";
import { useSignInPath } from "../session/AccountMenu";
import { useSession } from "../session/useSession";
import { Icon } from "../ui/Icon";
import { ErrorNote, Loading } from "../ui/Placeholders";
import type { Application, Step } from "./types";
import { useApplication } from "./useApplications";
import { applicationPath, reviewPath, stepPath } from "./way";
import "../books/books.css";
import "./onboarding.css";

/** The application of the page's address, for whoever it belongs to. */
export function ApplicationOf({ children }: { children: (application: Application) => ReactNode }) {
  const { id = "" } = useParams();
  return <SignedIn>{() => <Loaded id={id}>{children}</Loaded>}</SignedIn>;
}

function Loaded({ id, children }: { id: string; children: (application: Application) => ReactNode }) {
  const { data: application, error } = useApplication(id);
  if (application) return children(application);
  return <Narrow>{error ? <NotThere error={error} /> : <Loading />}</Narrow>;
}

function NotThere({ error }: { error: ApiError }) {
  const { t } = useTranslation();
  if (error.status !== 404) return <ErrorNote error={error} />;
  return (
    <p className="empty">
      {t("onboarding.not_there")} <Link to="/apply">{t("onboarding.all")}</Link>
    </p>
  );
}

export function SignedIn({ children }: { children: () => ReactNode }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const signInPath = useSignInPath();
  if (!session) return <Narrow><Loading /></Narrow>;
  if (session.signed_in) return children();
  return (
    <Narrow>
      <h1>{t("onboarding.title")}</h1>
      <section className="panel apply-group">
        <p>{t("onboarding.sign_in_first")}</p>
        <p className="apply-actions">
          <Link className="button button-accent" to={signInPath}>{t("session.sign_in")}</Link>
          <Link className="button button-quiet" to="/sign-up">{t("session.sign_up_instead")}</Link>
        </p>
      </section>
    </Narrow>
  );
}

export function Narrow({ children }: { children: ReactNode }) {
  return <main id="main" className="page apply apply-narrow">{children}</main>;
}

/** A page of the wizard beside the way through it. */
export function Wizard({ application, at, children }: { application: Application; at: Step | "review"; children: ReactNode }) {
  return (
    <main id="main" className="page apply apply-wizard">
      <Progress application={application} at={at} />
      <div className="apply-body">{children}</div>
    </main>
  );
}

function Progress({ application: { id, kind, steps, stage }, at }: { application: Application; at: Step | "review" }) {
  const { t } = useTranslation();
  const place = at === "review" ? steps.length : steps.findIndex(({ step }) => step === at);
  const done = steps.filter(({ state }) => state === "DONE").length;
  return (
    <nav className="apply-progress" aria-label={t("onboarding.progress.label")}>
      <p className="apply-progress-title">
        <Link to={applicationPath(id)}>{t(`onboarding.kind.${kind}.title`)}</Link>
        <span className="muted apply-progress-where">
          {t("onboarding.progress.where", { n: place + 1, of: steps.length + 1 })}
        </span>
      </p>
      <p className="muted apply-progress-done">{t("onboarding.progress.done", { n: done, of: steps.length })}</p>
      <ol>
        {steps.map(({ step, state }, n) => (
          <li key={step} className={`apply-step apply-step-${state.toLowerCase()}`}>
            <Link to={stepPath(id, step)} aria-current={step === at ? "step" : undefined}>
              <span className="apply-step-mark" aria-hidden="true">{state === "DONE" ? <Icon name="check" /> : state === "FIX" ? "!" : n + 1}</span>
              <span className="apply-step-name">
                {t(`onboarding.step.${step}.title`)}
                <span className="visually-hidden">, {t(`onboarding.progress.${state}`)}</span>
              </span>
            </Link>
          </li>
        ))}
        <li className={`apply-step ${stage === "DRAFT" || stage === "NEEDS_ANSWERS" ? "apply-step-todo" : "apply-step-done"}`}>
          <Link to={reviewPath(id)} aria-current={at === "review" ? "step" : undefined}>
            <span className="apply-step-mark" aria-hidden="true">{steps.length + 1}</span>
            <span className="apply-step-name">{t("onboarding.review.short")}</span>
          </Link>
        </li>
      </ol>
    </nav>
  );
}
