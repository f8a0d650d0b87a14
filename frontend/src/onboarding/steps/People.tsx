import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { listAt, textAt, withValue } from "../answers";
import { Field } from "../Field";
import { useForm } from "../form";
import { type Application, isEntity } from "../types";

export interface StepProps {
  application: Application;
}

/** Whose part of the form it is: by name once that is known. */
export function useHolderName(application: Application): (n: number) => string {
  const { t } = useTranslation();
  const holders = ["HOLDER", "JOINT_HOLDER", "ENTITY"].flatMap((role) => application.identities.filter((identity) => identity.role === role));
  return (n) => holders[n]?.name || t(n === 0 ? "onboarding.people.first" : "onboarding.people.second");
}

export function Names({ at, isFilledByBrowser = false }: { at: string; isFilledByBrowser?: boolean }) {
  return (
    <>
      <div className="apply-pair">
        <Field path={`${at}.first_name`} isFilledByBrowser={isFilledByBrowser} />
        <Field path={`${at}.middle_name`} isFilledByBrowser={isFilledByBrowser} />
      </div>
      <Field path={`${at}.last_name`} isFilledByBrowser={isFilledByBrowser} />
      <div className="apply-pair">
        <Field path={`${at}.born_on`} isFilledByBrowser={isFilledByBrowser} />
        <Field path={`${at}.citizenship`} />
      </div>
    </>
  );
}

export function Papers({ at }: { at: string }) {
  const { answers } = useForm();
  return (
    <>
      <div className="apply-pair">
        <Field path={`${at}.id_kind`} />
        <Field path={`${at}.id_country`} />
      </div>
      <div className="apply-pair">
        <Field path={`${at}.id_number`} />
        <Field path={`${at}.id_expires_on`} />
      </div>
      {textAt(answers, `${at}.id_kind`) === "PASSPORT" && <Field path={`${at}.mrz`} />}
    </>
  );
}

export function AddressLines({ at, isFilledByBrowser = false }: { at: string; isFilledByBrowser?: boolean }) {
  return (
    <>
      <Field path={`${at}.country`} isFilledByBrowser={isFilledByBrowser} />
      <Field path={`${at}.address_line`} isFilledByBrowser={isFilledByBrowser} />
      <div className="apply-pair">
        <Field path={`${at}.city`} isFilledByBrowser={isFilledByBrowser} />
        <Field path={`${at}.region`} isFilledByBrowser={isFilledByBrowser} />
      </div>
      <Field path={`${at}.postal_code`} isFilledByBrowser={isFilledByBrowser} />
    </>
  );
}

export function Identity({ application }: StepProps) {
  const { t } = useTranslation();
  const { answers } = useForm();
  const people = listAt(answers, "people");
  return (
    <>
      {people.map((_, n) => (
        <fieldset key={n} className="apply-group">
          {people.length > 1 && <legend>{t(n === 0 ? "onboarding.people.first" : "onboarding.people.second")}</legend>}
          <Names at={`people.${n}`} isFilledByBrowser={n === 0} />
          <h2 className="apply-sub">{t("onboarding.people.papers")}</h2>
          <p className="muted">{t("onboarding.people.papers_explain")}</p>
          <Papers at={`people.${n}`} />
        </fieldset>
      ))}
      {application.kind === "IRA" && (
        <fieldset className="apply-group">
          <legend>{t("onboarding.people.custodian")}</legend>
          <Field path="custodian" />
          <Field path="custodian_account" />
        </fieldset>
      )}
    </>
  );
}

export function Entity() {
  return (
    <div className="apply-group">
      <Field path="legal_name" isFilledByBrowser />
      <div className="apply-pair">
        <Field path="formed_in" />
        <Field path="formed_region" />
      </div>
      <Field path="formed_on" />
      <Field path="business" />
    </div>
  );
}

export function Address({ application }: StepProps) {
  const { t } = useTranslation();
  const { answers, change } = useForm();
  const nameOf = useHolderName(application);
  const people = listAt(answers, "people");
  return (
    <>
      {people.map((_, n) => (
        <fieldset key={n} className="apply-group">
          {people.length > 1 && <legend>{nameOf(n)}</legend>}
          {n > 0 && (
            <Button className="link-button" onPress={() => change((all) => withValue(all, `people.${n}`, { ...people[0] }))}>
              {t("onboarding.people.same_address", { name: nameOf(0) })}
            </Button>
          )}
          <AddressLines at={`people.${n}`} isFilledByBrowser={n === 0 && !isEntity(application.kind)} />
        </fieldset>
      ))}
    </>
  );
}
