import { useTranslation } from "react-i18next";

import en from "../locales/en.json";
import { calendarDay, dateTime, money } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { parseDecimal } from "../ui/decimal";
import { type Answers, type Value, listAt, textAt } from "./answers";
import { CHOICES, type ChoiceField, type ChoiceKey, FIELDS, type FieldName, factsOf } from "./catalogue";
import { countryName, stateName } from "./places";
import { isAsked } from "./steps/Accreditation";
import type { Application, Step } from "./types";
import { useAccreditationForm, useAnswers } from "./useApplications";

/** Where the question is long, what it is about. */
const SHORT: Partial<Record<FieldName, string>> = en.onboarding.short;

/** What was answered at a step, in words. */
export function Summary({ application, step }: { application: Application; step: Step }) {
  switch (step) {
    case "DOCUMENTS":
      return <DocumentSummary application={application} />;
    case "AGREEMENTS":
      return <AgreementSummary application={application} />;
    case "ACCREDITATION":
      return <AccreditationSummary application={application} />;
    default:
      return <AnswerSummary application={application} step={step} />;
  }
}

function AnswerSummary({ application, step }: { application: Application; step: Step }) {
  const { t } = useTranslation();
  const { data: answers, error } = useAnswers(application.id, step);
  if (!answers) return error ? <ErrorNote error={error} /> : <Loading />;
  const people = listAt(answers, "people");
  if (answers.declined === true) return <p>{t("onboarding.contact.declined")}</p>;
  return (
    <>
      {people.map((person, n) => (
        <div key={n} className="apply-summary-part">
          {people.length > 1 && <h3>{titleOf(person) || t("onboarding.people.nth", { n: n + 1 })}</h3>}
          <Lines answers={person} />
        </div>
      ))}
      <Lines answers={answers} />
    </>
  );
}

const isAmerican = ({ country, formed_in }: Answers): boolean => (country ?? formed_in) === "US";
const titleOf = (person: Answers): string => ["first_name", "last_name"].map((name) => textAt(person, name)).join(" ").trim();

function Lines({ answers }: { answers: Answers }) {
  const { t } = useTranslation();
  const inWords = useInWords();
  // In the order of the catalogue, which is that of the questions.
  const lines = (Object.keys(FIELDS) as FieldName[]).flatMap((name) => {
    const text = inWords(name, answers[name], answers);
    return text ? [{ name, text }] : [];
  });
  if (lines.length === 0) return null;
  return (
    <dl className="apply-summary">
      {lines.map(({ name, text }) => (
        <div key={name}>
          <dt>{factsOf(name).asked === "region" && isAmerican(answers) ? t("onboarding.state") : (SHORT[name] ?? t(`onboarding.field.${name}`))}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** An answer as people say it; nothing where nothing was said. */
export function useInWords(): (name: FieldName, value: Value | undefined, among: Answers) => string {
  const { t } = useTranslation();
  return (name, value, among) => {
    if (typeof value === "boolean") return value || factsOf(name).asked === "yes_no" ? t(value ? "onboarding.yes" : "onboarding.no") : "";
    if (typeof value !== "string" || value === "") return "";
    switch (factsOf(name).asked) {
      case "date":
        return /^\d{4}-\d\d-\d\d$/.test(value) ? calendarDay(value) : value;
      case "money":
        return parseDecimal(value.replace(/^-/, "")) === null ? value : money(value);
      case "percent":
        return t("onboarding.percent", { value });
      case "country":
        return countryName(value);
      case "region":
        return isAmerican(among) ? stateName(value) : value;
      case "choice":
      case "cards": {
        const field = name as ChoiceField;
        return (CHOICES[field] as readonly string[]).includes(value) ? t(`onboarding.choice.${field}.${value}` as ChoiceKey) : value;
      }
      default:
        return value;
    }
  };
}

function AccreditationSummary({ application }: { application: Application }) {
  const { t } = useTranslation();
  const { data: answers, error } = useAnswers(application.id, "ACCREDITATION");
  const { data: form, error: formError } = useAccreditationForm(application.id);
  const failure = error ?? formError;
  if (!answers || !form) return failure ? <ErrorNote error={failure} /> : <Loading />;
  if (answers.wanted !== true) return <p>{answers.wanted === false ? t("onboarding.accreditation.not_now") : t("onboarding.review.nothing")}</p>;
  const category = form.categories.find(({ code }) => code === answers.category);
  const method = form.methods.find(({ code }) => code === answers.method);
  const said = (answers.facts ?? {}) as Answers;
  const facts = [...(category?.facts ?? []), ...(method?.statements ?? [])].filter((fact) => isAsked(fact, said));
  const inWords = (value: Value | undefined, { form: kind, choices }: (typeof facts)[number]): string => {
    if (typeof value === "boolean") return t(value ? "onboarding.yes" : "onboarding.no");
    if (Array.isArray(value)) return value.map((row) => textAt(row as Answers, "name")).join(", ");
    if (typeof value !== "string") return "";
    if (kind === "MONEY") return parseDecimal(value) === null ? value : money(value);
    if (kind === "DATE") return calendarDay(value);
    return choices.find((choice) => choice.value === value)?.text ?? value;
  };
  return (
    <dl className="apply-summary">
      <div><dt>{t("onboarding.accreditation.category_short")}</dt><dd>{category?.title}</dd></div>
      {facts.map((fact) => <div key={fact.name}><dt>{fact.ask}</dt><dd>{inWords(said[fact.name], fact)}</dd></div>)}
      <div><dt>{t("onboarding.accreditation.method_short")}</dt><dd>{method?.title}</dd></div>
    </dl>
  );
}

function DocumentSummary({ application: { documents, uploads } }: { application: Application }) {
  const { t } = useTranslation();
  if (documents.length === 0 && uploads.length === 0) return <p>{t("onboarding.documents.none")}</p>;
  return (
    <ul className="apply-points">
      {uploads.map((upload) => <li key={upload.id}>{t(`onboarding.upload_kind.${upload.kind}`)}: {upload.name}</li>)}
      {uploads.length === 0 && <li>{t("onboarding.review.nothing")}</li>}
    </ul>
  );
}

function AgreementSummary({ application: { agreements } }: { application: Application }) {
  const { t } = useTranslation();
  return (
    <ul className="apply-points">
      {agreements.map(({ code, title, signed_at, typed_name }) => (
        <li key={code}>
          {title}: {signed_at ? t("onboarding.sign.signed", { name: typed_name, at: dateTime(signed_at) }) : t("onboarding.sign.not_signed")}
        </li>
      ))}
    </ul>
  );
}
