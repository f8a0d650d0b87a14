import { type ChangeEvent, type ReactNode, useId, useState } from "react";
import { Button, Checkbox, FieldError, Input, Label, Radio, RadioGroup, Text, TextArea, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import en from "../locales/en.json";
import { Icon } from "../ui/Icon";
import { calendarDay, money } from "../ui/format";
import { isMasked, textAt } from "./answers";
import { CHOICES, type ChoiceField, type ChoiceKey, type FieldName, factsOf, isField, lastOf } from "./catalogue";
import { useField, useForm } from "./form";
import { COUNTRIES, STATES } from "./places";
import { plainNumber } from "./sending";

interface Props {
  path: string;
  /** Where what it is usually called does not say it. */
  label?: string | undefined;
  hint?: ReactNode;
  /** Only some of the choices. */
  only?: readonly string[] | undefined;
  isFilledByBrowser?: boolean;
}

type HintName = keyof typeof en.onboarding.hint;
const hasHint = (name: string): name is HintName => name in en.onboarding.hint;
/** Not every choice needs a sentence. */
const EXPLAINED: Partial<Record<string, Partial<Record<string, string>>>> = en.onboarding.explained;

/** A question of a step, asked as the catalogue of fields says, with what is wrong with the answer below it. */
export function Field({ path, ...rest }: Props) {
  const name = lastOf(path);
  if (!isField(name)) throw new Error(`no such field: ${name}`);
  const { t } = useTranslation();
  const facts = factsOf(name);
  const given = {
    path,
    name,
    ...rest,
    label: rest.label ?? t(`onboarding.field.${name}`),
    hint: rest.hint ?? (hasHint(name) ? t(`onboarding.hint.${name}`) : undefined),
  };
  switch (facts.asked) {
    case "country":
      return <ListField {...given} options={COUNTRIES.map(({ code, name }) => [code, name])} />;
    case "region":
      return <RegionField {...given} />;
    case "choice":
      return <ChoiceList {...given} />;
    case "cards":
      return <Cards {...given} />;
    case "yes_no":
      return <YesNo {...given} />;
    case "tick":
      return <Tick {...given} />;
    case "secret":
      return <SecretField {...given} />;
    default:
      return <TextLine {...given} />;
  }
}

interface Given extends Props {
  name: FieldName;
  label: string;
}

function LabelText({ name, label }: { name: FieldName; label: string }) {
  const { t } = useTranslation();
  return (
    <>
      {label}
      {factsOf(name).optional && <span className="apply-optional"> {t("onboarding.optional")}</span>}
    </>
  );
}

/** Dates and large amounts once more in plain words, for slips to be seen. */
export const dayInWords = (text: string): string | undefined => (/^\d{4}-\d\d-\d\d$/.test(text) ? calendarDay(text) : undefined);
export function amountInWords(text: string): string | undefined {
  const number = plainNumber(text);
  return /^-?\d{4,}(\.\d+)?$/.test(number) ? money(number).replace("-", "−") : undefined;
}

function TextLine({ path, name, label, hint, isFilledByBrowser }: Given) {
  const { text, problem, set } = useField(path);
  const { asked, autoComplete, short, lines } = factsOf(name);
  const said = asked === "date" ? dayInWords(text) : asked === "money" ? amountInWords(text) : undefined;
  return (
    <TextField
      className={`field${short ? " apply-short" : ""}`}
      name={path}
      type={asked === "date" ? "date" : asked === "email" ? "email" : asked === "phone" ? "tel" : "text"}
      value={text}
      onChange={set}
      isInvalid={problem !== undefined}
      validationBehavior="aria"
      autoComplete={isFilledByBrowser && autoComplete ? autoComplete : "off"}
    >
      <Label className="label"><LabelText name={name} label={label} /></Label>
      {lines ? (
        <TextArea className={`input${asked === "secret" ? " apply-lines" : ""}`} rows={3} />
      ) : asked === "money" || asked === "percent" ? (
        <span className={`apply-affixed apply-${asked}`}>
          <Input className="input" inputMode="decimal" />
        </span>
      ) : (
        <Input className="input" />
      )}
      {(said ?? hint) && <Text slot="description" className="field-hint">{said ?? hint}</Text>}
      <FieldError className="field-error">{problem}</FieldError>
    </TextField>
  );
}

/** Where the country stands that a region is of. */
const countryOf = (path: string): string => (path.endsWith("formed_region") ? path.replace(/formed_region$/, "formed_in") : path.replace(/region$/, "country"));

function RegionField(given: Given) {
  const { t } = useTranslation();
  const { answers } = useForm();
  const isState = textAt(answers, countryOf(given.path)) === "US";
  return isState ? <ListField {...given} label={t("onboarding.state")} options={STATES.map(({ code, name }) => [code, name])} /> : <TextLine {...given} />;
}

function ChoiceList({ only, ...given }: Given) {
  const { t } = useTranslation();
  const field = given.name as ChoiceField;
  const values = CHOICES[field].filter((value) => !only || only.includes(value));
  return <ListField {...given} options={values.map((value) => [value, t(`onboarding.choice.${field}.${value}` as ChoiceKey)])} />;
}

/** The device's own list: each has its way with long ones, and browsers fill them in. */
function ListField({ path, name, label, hint, isFilledByBrowser, options }: Given & { options: [value: string, text: string][] }) {
  const { t } = useTranslation();
  const { text, problem, set } = useField(path);
  const id = useId();
  const { autoComplete } = factsOf(name);
  return (
    <div className="field" data-invalid={problem !== undefined || undefined}>
      <label className="label" htmlFor={id}><LabelText name={name} label={label} /></label>
      <select
        id={id}
        name={path}
        className="input apply-list"
        value={options.some(([value]) => value === text) ? text : ""}
        onChange={(event: ChangeEvent<HTMLSelectElement>) => set(event.target.value)}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={`${id}-hint ${id}-problem`}
        autoComplete={isFilledByBrowser && autoComplete ? autoComplete : "off"}
      >
        <option value="">{t("onboarding.choose")}</option>
        {options.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
      {hint && <span className="field-hint" id={`${id}-hint`}>{hint}</span>}
      {problem && <span className="field-error" id={`${id}-problem`}>{problem}</span>}
    </div>
  );
}

/** What is kept of it is shown by its end; to change it is to give it anew. */
function SecretField({ path, name, label, hint }: Given) {
  const { t } = useTranslation();
  const { text, set } = useField(path);
  const [kept, setKept] = useState("");
  const [isNew, setNew] = useState(false);
  const id = useId();
  if (isMasked(text)) {
    return (
      <div className="field">
        <span className="label" id={id}>{label}</span>
        <span className="apply-kept">
          <span>{t("onboarding.secret.kept", { masked: text })}</span>
          <Button className="link-button" aria-describedby={id} onPress={() => { setKept(text); setNew(true); set(""); }}>{t("onboarding.secret.change")}</Button>
        </span>
      </div>
    );
  }
  return (
    <div className="apply-secret">
      <TextLine path={path} name={name} label={label} hint={hint ?? t("onboarding.secret.hint")} />
      {isNew && <Button className="link-button" onPress={() => { setNew(false); set(kept); }}>{t("onboarding.secret.keep", { masked: kept })}</Button>}
    </div>
  );
}

function Cards({ path, name, label, hint, only }: Given) {
  const { t } = useTranslation();
  const { text, set, problem } = useField(path);
  const field = name as ChoiceField;
  return (
    <CardChoice
      label={label}
      hint={hint}
      value={text}
      onChange={set}
      problem={problem}
      options={CHOICES[field]
        .filter((value) => !only || only.includes(value))
        .map((value) => ({ value, text: t(`onboarding.choice.${field}.${value}` as ChoiceKey), explanation: EXPLAINED[field]?.[value] ?? "" }))}
    />
  );
}

export interface Card {
  value: string;
  text: string;
  explanation?: string;
}

interface CardChoiceProps {
  label: string;
  hint?: ReactNode;
  value: string;
  options: Card[];
  problem?: string | undefined;
  onChange: (value: string) => void;
  isRow?: boolean;
}

/** Radio buttons with room for a sentence each. */
export function CardChoice({ label, hint, value, options, problem, onChange, isRow = false }: CardChoiceProps) {
  return (
    <RadioGroup className="field apply-cards" value={value || null} onChange={onChange} isInvalid={problem !== undefined} validationBehavior="aria">
      <Label className="label">{label}</Label>
      {hint && <Text slot="description" className="field-hint">{hint}</Text>}
      <div className={isRow ? "apply-card-row" : options.some(({ explanation }) => explanation) ? "apply-card-list" : "apply-card-list apply-card-columns"}>
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className="apply-card">
            <span className="apply-card-mark" aria-hidden="true" />
            <span>
              <span className="apply-card-text">{option.text}</span>{" "}
              {option.explanation && <span className="apply-card-explanation">{option.explanation}</span>}
            </span>
          </Radio>
        ))}
      </div>
      <FieldError className="field-error">{problem}</FieldError>
    </RadioGroup>
  );
}

function YesNo({ path, label, hint }: Given) {
  const { t } = useTranslation();
  const { value, problem, set } = useField(path);
  return (
    <CardChoice
      label={label}
      hint={hint}
      isRow
      value={typeof value === "boolean" ? String(value) : ""}
      problem={problem}
      onChange={(chosen) => set(chosen === "true")}
      options={[{ value: "true", text: t("onboarding.yes") }, { value: "false", text: t("onboarding.no") }]}
    />
  );
}

function Tick({ path, label, hint }: Given) {
  const { value, problem, set } = useField(path);
  const id = useId();
  return (
    <div className="field" data-invalid={problem !== undefined || undefined}>
      <Checkbox className="checkbox apply-tick" isSelected={value === true} onChange={set} isInvalid={problem !== undefined} aria-describedby={`${id}-hint ${id}-problem`}>
        <span className="checkbox-box"><Icon name="check" /></span>
        <span>{label}</span>
      </Checkbox>
      {hint && <span className="field-hint" id={`${id}-hint`}>{hint}</span>}
      {problem && <span className="field-error" id={`${id}-problem`}>{problem}</span>}
    </div>
  );
}
