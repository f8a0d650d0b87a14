import { useTranslation } from "react-i18next";

import type { AgreementText } from "../types";

/** A text as it is signed, to be read in place. */
export function LegalText({ of: { title, version, text } }: { of: AgreementText }) {
  const { t } = useTranslation();
  return (
    // What scrolls has to be reached by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="apply-agreement" tabIndex={0} role="region" aria-label={t("onboarding.sign.text_of", { title })}>
      <p className="muted">{t("onboarding.sign.version", { title, version })}</p>
      {text.split(/\n+/).map((paragraph, n) => <p key={n}>{paragraph}</p>)}
    </div>
  );
}
