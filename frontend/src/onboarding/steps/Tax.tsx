import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { listAt, textAt, withValue } from "../answers";
import { Field } from "../Field";
import { useForm } from "../form";
import { countryName } from "../places";
import { type Application, type Kind, isEntity } from "../types";
import { useAnswers, useTexts } from "../useApplications";
import { LegalText } from "./LegalText";
import { type StepProps, useHolderName } from "./People";

/** Where each of them is taxed, as far as citizenship and address tell: Americans always at home. */
function useTaxHomes(application: Application): string[] | null {
  const entity = isEntity(application.kind);
  const { data: who } = useAnswers(application.id, entity ? "ENTITY" : "IDENTITY");
  const { data: where } = useAnswers(application.id, "ADDRESS");
  if (!who || !where) return null;
  const citizens = entity ? [textAt(who, "formed_in")] : listAt(who, "people").map((person) => textAt(person, "citizenship"));
  return citizens.map((citizenship, n) => {
    const residence = textAt(where, `people.${n}.country`);
    return citizenship === "US" || residence === "US" ? "US" : residence;
  });
}

export function Tax({ application }: StepProps) {
  const { t } = useTranslation();
  const { answers, change } = useForm();
  const nameOf = useHolderName(application);
  const homes = useTaxHomes(application);
  const people = listAt(answers, "people");
  const countries = people.map((person) => textAt(person, "tax_country")).filter(Boolean);
  const { data: texts } = useTexts(application.id, "TAX");

  const known = homes?.join();
  useEffect(() => {
    known?.split(",").forEach((home, n) => {
      if (home) change((all) => (textAt(all, `people.${n}.tax_country`) || n >= listAt(all, "people").length ? all : withValue(all, `people.${n}.tax_country`, home)));
    });
  }, [known, change]);

  return (
    <>
      {people.map((_, n) => (
        <fieldset key={n} className="apply-group">
          {people.length > 1 && <legend>{nameOf(n)}</legend>}
          <TaxOf at={`people.${n}`} home={homes?.[n] ?? ""} applicant={application.kind} />
        </fieldset>
      ))}
      <fieldset className="apply-group">
        <legend>{t("onboarding.tax.certify")}</legend>
        {texts?.filter(({ code }) => (code === "W9_CERTIFICATION" ? countries.includes("US") : countries.some((country) => country !== "US"))).map((text) => (
          <LegalText key={text.code} of={text} />
        ))}
        {countries.length === 0 && <p className="muted">{t("onboarding.tax.country_first")}</p>}
        <Field path="certified" />
        <Field path="typed_name" hint={t("onboarding.hint.typed_name", { name: application.signing_name || t("onboarding.sign.your_name") })} />
      </fieldset>
    </>
  );
}

/** A trust may go by the number of whoever set it up. */
const usKinds = (kind: Kind): string[] => (kind === "TRUST" ? ["EIN", "SSN"] : isEntity(kind) ? ["EIN"] : ["SSN", "ITIN"]);

function TaxOf({ at, home, applicant }: { at: string; home: string; applicant: Kind }) {
  const { t } = useTranslation();
  const { answers } = useForm();
  const country = textAt(answers, `${at}.tax_country`);
  const kind = textAt(answers, `${at}.tin_kind`);
  const kinds = country === "US" ? usKinds(applicant) : ["FOREIGN", "NONE"];
  return (
    <>
      <Field path={`${at}.tax_country`} hint={home === "US" ? t("onboarding.tax.american") : undefined} />
      {country && (
        <div className="apply-pair">
          <Field path={`${at}.tin_kind`} only={kinds} label={t(country === "US" ? "onboarding.tax.kind_us" : "onboarding.tax.kind_foreign", { country: countryName(country) })} />
          {kind && kind !== "NONE" && kinds.includes(kind) && <Field path={`${at}.tin`} />}
        </div>
      )}
      {country && country !== "US" && <Field path={`${at}.treaty_rate`} />}
    </>
  );
}
