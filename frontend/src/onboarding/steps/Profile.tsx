import { useTranslation } from "react-i18next";

import { textAt } from "../answers";
import { CardChoice, Field } from "../Field";
import { useField, useForm } from "../form";
import { isEntity } from "../types";
import type { StepProps } from "./People";

export function Finances({ application }: StepProps) {
  const { t } = useTranslation();
  const { answers } = useForm();
  const works = ["EMPLOYED", "SELF_EMPLOYED"].includes(textAt(answers, "employment"));
  if (isEntity(application.kind)) {
    return (
      <div className="apply-group">
        <div className="apply-pair">
          <Field path="revenue" />
          <Field path="net_assets" />
        </div>
        <Field path="source_of_funds" label={t("onboarding.finances.source_entity")} />
        <Field path="works_for_broker" label={t("onboarding.finances.broker_entity")} />
        <Field path="controls_public_company" label={t("onboarding.finances.public_entity")} />
      </div>
    );
  }
  return (
    <>
      <div className="apply-group">
        <Field path="employment" />
        {works && (
          <div className="apply-pair">
            <Field path="employer" isFilledByBrowser />
            <Field path="occupation" isFilledByBrowser />
          </div>
        )}
      </div>
      <div className="apply-group">
        <h2>{t("onboarding.finances.figures")}</h2>
        <p className="muted">{t("onboarding.finances.figures_explain")}</p>
        <Field path="income" />
        <div className="apply-pair">
          <Field path="net_worth" />
          <Field path="liquid_net_worth" />
        </div>
        <Field path="source_of_funds" />
      </div>
      <div className="apply-group">
        <h2>{t("onboarding.finances.ties")}</h2>
        <Field path="works_for_broker" />
        <Field path="controls_public_company" />
      </div>
    </>
  );
}

export function Objective() {
  return (
    <div className="apply-group">
      <Field path="objective" />
      <Field path="experience" />
      <Field path="horizon" />
      <Field path="understands_illiquid" />
    </div>
  );
}

export function TrustedContact() {
  const { t } = useTranslation();
  const { value, problem, set } = useField("declined");
  return (
    <div className="apply-group">
      <CardChoice
        label={t("onboarding.contact.question")}
        value={typeof value === "boolean" ? String(value) : ""}
        problem={problem}
        onChange={(chosen) => set(chosen === "true")}
        options={[
          { value: "false", text: t("onboarding.contact.name"), explanation: t("onboarding.contact.name_explain") },
          { value: "true", text: t("onboarding.contact.decline"), explanation: t("onboarding.contact.decline_explain") },
        ]}
      />
      {value === false && (
        <>
          <Field path="name" label={t("onboarding.contact.full_name")} />
          <div className="apply-pair">
            <Field path="email" />
            <Field path="phone" />
          </div>
          <Field path="relationship" />
        </>
      )}
    </div>
  );
}
