import { FieldError, Input, Label, Text, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { dateTime } from "../../ui/format";
import { useField } from "../form";
import type { Agreement } from "../types";
import { toSign } from "../way";
import { LegalText } from "./LegalText";
import type { StepProps } from "./People";

/** Each agreement with its whole text, to be signed by typing one's name below it. */
export function Agreements({ application }: StepProps) {
  const unsigned = toSign(application.agreements);
  return application.agreements.map((agreement) => (
    <section key={agreement.code} className="apply-group" aria-labelledby={agreement.code}>
      <h2 id={agreement.code}>{agreement.title}</h2>
      <LegalText of={agreement} />
      {agreement.signed_at ? (
        <Signed agreement={agreement} />
      ) : (
        <SignHere title={agreement.title} place={unsigned.indexOf(agreement)} name={application.signing_name} />
      )}
    </section>
  ));
}

function Signed({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation();
  return <p className="apply-signed">{t("onboarding.sign.signed", { name: agreement.typed_name, at: dateTime(agreement.signed_at) })}</p>;
}

function SignHere({ title, place, name }: { title: string; place: number; name: string }) {
  const { t } = useTranslation();
  const path = `signatures.${place}.typed_name`;
  const { text, problem, set } = useField(path);
  return (
    <TextField className="field apply-sign" name={path} value={text} onChange={set} isInvalid={problem !== undefined} validationBehavior="aria" autoComplete="off">
      <Label className="label">{t("onboarding.sign.label", { title })}</Label>
      <Input className="input" />
      <Text slot="description" className="field-hint">{t("onboarding.sign.hint", { name: name || t("onboarding.sign.your_name") })}</Text>
      <FieldError className="field-error">{problem}</FieldError>
    </TextField>
  );
}
