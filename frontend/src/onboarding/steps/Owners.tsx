import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { type Answers, listAt, textAt } from "../answers";
import { Field } from "../Field";
import { useForm } from "../form";
import { isCompany } from "../types";
import { AddressLines, Names, Papers, type StepProps } from "./People";

type Role = "BENEFICIAL_OWNER" | "CONTROL_PERSON" | "TRUSTEE";

/** Who stands behind an entity: owners of 25 percent or more, one person who controls it, or a trust's trustees. */
export function Owners({ application }: StepProps) {
  const { t } = useTranslation();
  const { answers, change } = useForm();
  const nobody = answers.nobody_owns_25 === true;
  if (!isCompany(application.kind)) return <People as="TRUSTEE" least={1} />;
  return (
    <>
      <People as="CONTROL_PERSON" least={1} most={1} />
      <section className="apply-owners">
        <h2>{t("onboarding.owners.BENEFICIAL_OWNER.title")}</h2>
        <p className="muted">{t("onboarding.owners.BENEFICIAL_OWNER.explain")}</p>
        <Field path="nobody_owns_25" />
        {!nobody && <People as="BENEFICIAL_OWNER" least={0} most={4} hideHead />}
        {nobody && listAt(answers, "people").some(({ role }) => role === "BENEFICIAL_OWNER") && (
          <p className="warning">
            {t("onboarding.owners.named_too")}{" "}
            <Button
              className="link-button"
              onPress={() => change((all) => ({ ...all, people: listAt(all, "people").filter(({ role }) => role !== "BENEFICIAL_OWNER") }))}
            >
              {t("onboarding.owners.remove_all")}
            </Button>
          </p>
        )}
      </section>
    </>
  );
}

interface Props {
  as: Role;
  least: number;
  most?: number;
  hideHead?: boolean;
}

function People({ as: role, least, most = 10, hideHead = false }: Props) {
  const { t } = useTranslation();
  const { answers, change } = useForm();
  const everybody = listAt(answers, "people");
  const places = everybody.flatMap((person, n) => (person.role === role ? [n] : []));

  const people = (next: (list: Answers[]) => Answers[]) => change((all) => ({ ...all, people: next(listAt(all, "people")) }));
  return (
    <section className="apply-owners">
      {!hideHead && (
        <>
          <h2>{t(`onboarding.owners.${role}.title`)}</h2>
          <p className="muted">{t(`onboarding.owners.${role}.explain`)}</p>
        </>
      )}
      {places.map((n, place) => {
        const name = [textAt(answers, `people.${n}.first_name`), textAt(answers, `people.${n}.last_name`)].join(" ").trim();
        return (
          <fieldset key={n} className="apply-group apply-person">
            <legend>{t(`onboarding.owners.${role}.one`, { n: place + 1 })}</legend>
            <Names at={`people.${n}`} />
            {role === "BENEFICIAL_OWNER" && <Field path={`people.${n}.owns_percent`} />}
            {role === "CONTROL_PERSON" && <Field path={`people.${n}.title`} />}
            <h3>{t("onboarding.owners.address")}</h3>
            <AddressLines at={`people.${n}`} />
            <h3>{t("onboarding.owners.numbers")}</h3>
            <TaxNumber at={`people.${n}`} />
            <Papers at={`people.${n}`} />
            {places.length > least && (
              <Button className="button button-quiet apply-remove" onPress={() => people((list) => list.filter((_, other) => other !== n))}>
                {t("onboarding.owners.remove", { name: name || t(`onboarding.owners.${role}.one`, { n: place + 1 }) })}
              </Button>
            )}
          </fieldset>
        );
      })}
      {places.length < most && (
        <Button className="button button-quiet apply-add" onPress={() => people((list) => [...list, { role }])}>
          {t(`onboarding.owners.${role}.add`)}
        </Button>
      )}
    </section>
  );
}

/** Of people behind an entity: an American number, a foreign one, or none. */
function TaxNumber({ at }: { at: string }) {
  const { answers } = useForm();
  const kind = textAt(answers, `${at}.tin_kind`);
  return (
    <div className="apply-pair">
      <Field path={`${at}.tin_kind`} only={["SSN", "ITIN", "FOREIGN", "NONE"]} />
      {kind !== "NONE" && <Field path={`${at}.tin`} />}
    </div>
  );
}
