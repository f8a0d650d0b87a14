import { Button, FieldError, Input, Label, Text, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ErrorNote, Loading } from "../../ui/Placeholders";
import { type Answers, listAt, textAt, valueAt } from "../answers";
import { CardChoice, amountInWords, dayInWords } from "../Field";
import { useField, useForm } from "../form";
import { plainNumber } from "../sending";
import type { Fact } from "../types";
import { useAccreditationForm } from "../useApplications";
import type { StepProps } from "./People";

export const isAsked = ({ when }: Fact, facts: Answers): boolean => {
  if (!when) return true;
  const answer = facts[when.name];
  return (typeof answer === "string" || typeof answer === "boolean") && when.values.includes(answer);
};

/** Whether somebody is an accredited investor, by what they say; or not now. */
export function Accreditation({ application }: StepProps) {
  const { t } = useTranslation();
  const { data: form, error } = useAccreditationForm(application.id);
  const wanted = useField("wanted");
  const category = useField("category");
  const method = useField("method");
  const { answers } = useForm();

  if (error && !form) return <ErrorNote error={error} />;
  if (!form) return <Loading />;
  const chosen = form.categories.find(({ code }) => code === category.text);
  const facts = (valueAt(answers, "facts") ?? {}) as Answers;
  const ways = form.methods.filter(({ code }) => chosen?.methods.some((way) => way.code === code));
  const way = ways.find(({ code }) => code === method.text);
  return (
    <div className="apply-group">
      {application.purpose === "OPEN" && (
        <CardChoice
          label={t("onboarding.accreditation.question")}
          value={typeof wanted.value === "boolean" ? String(wanted.value) : ""}
          problem={wanted.problem}
          onChange={(text) => wanted.set(text === "true")}
          options={[
            { value: "false", text: t("onboarding.accreditation.not_now"), explanation: t("onboarding.accreditation.not_now_explain") },
            { value: "true", text: t("onboarding.accreditation.now"), explanation: t("onboarding.accreditation.now_explain") },
          ]}
        />
      )}
      {wanted.value === true && (
        <>
          <CardChoice
            label={t("onboarding.accreditation.category")}
            value={category.text}
            problem={category.problem}
            onChange={category.set}
            options={form.categories.map(({ code, title, words }) => ({ value: code, text: title, explanation: words }))}
          />
          {chosen && <Facts facts={chosen.facts} said={facts} />}
          {chosen && (
            <CardChoice
              label={t("onboarding.accreditation.method")}
              hint={t("onboarding.accreditation.method_hint")}
              value={ways.some(({ code }) => code === method.text) ? method.text : ""}
              problem={method.problem}
              onChange={method.set}
              options={ways.map(({ code, title, words }) => ({ value: code, text: title, explanation: words }))}
            />
          )}
          {chosen && way && (
            <>
              <Evidence evidence={chosen.methods.find(({ code }) => code === way.code)?.evidence ?? []} />
              <Facts facts={way.statements} said={facts} />
            </>
          )}
        </>
      )}
    </div>
  );
}

function Evidence({ evidence }: { evidence: string[] }) {
  const { t } = useTranslation();
  if (evidence.length === 0) return <p className="apply-note">{t("onboarding.accreditation.no_evidence")}</p>;
  return (
    <div className="apply-note">
      <p>{t("onboarding.accreditation.evidence")}</p>
      <ul className="apply-points">{evidence.map((each, n) => <li key={n}>{each}</li>)}</ul>
    </div>
  );
}

function Facts({ facts, said }: { facts: Fact[]; said: Answers }) {
  return facts.filter((fact) => isAsked(fact, said)).map((fact) => <FactField key={fact.name} fact={fact} />);
}

function FactField({ fact }: { fact: Fact }) {
  const { t } = useTranslation();
  const { value, text, set, problem } = useField(`facts.${fact.name}`);
  const said = fact.form === "DATE" ? dayInWords(text) : fact.form === "MONEY" ? amountInWords(text) : undefined;
  switch (fact.form) {
    case "YES_NO":
      return (
        <CardChoice
          isRow
          label={fact.ask}
          value={typeof value === "boolean" ? String(value) : ""}
          problem={problem}
          onChange={(chosen) => set(chosen === "true")}
          options={[{ value: "true", text: t("onboarding.yes") }, { value: "false", text: t("onboarding.no") }]}
        />
      );
    case "CHOICE":
      return <CardChoice label={fact.ask} value={text} problem={problem} onChange={set} options={fact.choices} />;
    case "OWNERS":
      return <OwnerRows fact={fact} />;
    default:
      return (
        <TextField
          className={`field${fact.form === "TEXT" ? "" : " apply-short"}`}
          name={`facts.${fact.name}`}
          type={fact.form === "DATE" ? "date" : "text"}
          value={text}
          onChange={set}
          onBlur={() => fact.form === "MONEY" && text && set(plainNumber(text))}
          isInvalid={problem !== undefined}
          validationBehavior="aria"
          autoComplete="off"
        >
          <Label className="label">{fact.ask}</Label>
          {fact.form === "MONEY" ? <span className="apply-affixed apply-money"><Input className="input" inputMode="decimal" /></span> : <Input className="input" />}
          {said && <Text slot="description" className="field-hint">{said}</Text>}
          <FieldError className="field-error">{problem}</FieldError>
        </TextField>
      );
  }
}

/** All owners of an entity that is accredited by them: each with what makes them accredited. */
function OwnerRows({ fact }: { fact: Fact }) {
  const { t } = useTranslation();
  const { answers } = useForm();
  const path = `facts.${fact.name}`;
  const { problem, set } = useField(path);
  const rows = listAt(answers, path);
  const change = (n: number, more: Answers) => set(rows.map((row, other) => (other === n ? { ...row, ...more } : row)));
  return (
    <fieldset className="apply-group apply-person" aria-invalid={problem !== undefined || undefined}>
      <legend>{fact.ask}</legend>
      {rows.map((row, n) => (
        <div key={n} className="apply-owner-row">
          <TextField className="field" value={textAt(row, "name")} onChange={(name) => change(n, { name })} autoComplete="off">
            <Label className="label">{t("onboarding.accreditation.owner_name", { n: n + 1 })}</Label>
            <Input className="input" />
          </TextField>
          <CardChoice
            isRow
            label={t("onboarding.accreditation.owner_is")}
            value={typeof row.is_person === "boolean" ? String(row.is_person) : ""}
            onChange={(chosen) => change(n, { is_person: chosen === "true" })}
            options={[{ value: "true", text: t("onboarding.accreditation.person") }, { value: "false", text: t("onboarding.accreditation.entity") }]}
          />
          <label className="field">
            <span className="label">{t("onboarding.accreditation.owner_by")}</span>
            <select className="input apply-list" value={textAt(row, "category")} onChange={(event) => change(n, { category: event.target.value })}>
              <option value="">{t("onboarding.accreditation.owner_not")}</option>
              {fact.choices.map(({ value, text }) => <option key={value} value={value}>{text}</option>)}
            </select>
          </label>
          <Button className="link-button" onPress={() => set(rows.filter((_, other) => other !== n))}>
            {t("onboarding.owners.remove", { name: textAt(row, "name") || t("onboarding.accreditation.owner_name", { n: n + 1 }) })}
          </Button>
        </div>
      ))}
      <Button className="button button-quiet apply-add" onPress={() => set([...rows, { name: "", category: "", is_person: true }])}>
        {t("onboarding.accreditation.add_owner")}
      </Button>
      {problem && <p className="field-error">{problem}</p>}
    </fieldset>
  );
}
