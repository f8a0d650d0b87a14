import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, asId } from "../api/client";
import type { Account } from "../api/types";
import { may } from "../session/roles";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { FormField } from "../ui/FormField";
import { toVenueTime } from "../ui/venueClock";
import { type NewKey, type Scheme, type Scope, useKeyActs } from "./useKeys";

const MAY = { READ: ["READ"], TRADE: ["READ", "TRADE"] } as const satisfies Record<string, Scope[]>;
const DAYS = { "30": 30, "90": 90, "365": 365, NEVER: null };
type Days = keyof typeof DAYS;
const DAY_MS = 86_400_000;

const inDays = (days: number | null): string | null =>
  days === null ? null : new Date(toVenueTime(Date.now()).getTime() + days * DAY_MS).toISOString();

const FIELDS = ["name", "public_key", "networks"] as const;
type Field = (typeof FIELDS)[number];
const isField = (name: string | null): name is Field => FIELDS.some((field) => field === name);

export function MakeKey({ account, onClose, onMade }: { account: Account; onClose: () => void; onMade: (key: NewKey) => void }) {
  const { t } = useTranslation();
  const { make } = useKeyActs(account.id);
  const [typed, setTyped] = useState<Record<Field, string>>({ name: "", public_key: "", networks: "" });
  const [reach, setReach] = useState<keyof typeof MAY>("READ");
  const [scheme, setScheme] = useState<Scheme>("ED25519");
  const [days, setDays] = useState<Days>("90");
  const [problems, setProblems] = useState<Partial<Record<Field, string>>>({});
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const mayTrade = may(account, "TRADER");

  async function submit(event: FormEvent) {
    event.preventDefault();
    const asked = scheme === "ED25519" ? (["name", "public_key"] as const) : (["name"] as const);
    const missing = asked.filter((field) => typed[field].trim() === "");
    setProblems(Object.fromEntries(missing.map((field) => [field, t("keys.required")])));
    setRefusal("");
    if (missing.length > 0 || busy) return;
    setBusy(true);
    try {
      onMade(
        await make({
          account: asId(account.id),
          name: typed.name.trim(),
          scopes: MAY[reach].slice(),
          scheme,
          public_key: scheme === "ED25519" ? typed.public_key.trim() : "",
          networks: typed.networks.split(/[\s,]+/).filter(Boolean),
          expires_at: inDays(DAYS[days]),
        }),
      );
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (isField(failure.field)) setProblems({ [failure.field]: failure.message });
      else setRefusal(failure.message || t("placeholder.unreachable"));
    } finally {
      setBusy(false);
    }
  }

  const field = (name: Field, hint?: string) => (
    <FormField name={name} label={t(`keys.${name}`)} hint={hint} value={typed[name]} problem={problems[name]} onChange={(text) => setTyped({ ...typed, [name]: text })} />
  );
  return (
    <Dialog title={t("keys.make_title", { number: account.number })} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        {field("name", t("keys.name_hint"))}
        <Choice
          label={t("keys.may")}
          value={reach}
          onChange={setReach}
          options={[
            { value: "READ", text: t("keys.reach.READ") },
            { value: "TRADE", text: t("keys.reach.TRADE"), isDisabled: !mayTrade },
          ]}
        />
        <p className="muted">{t(mayTrade ? "keys.never_money" : "role.lacks.TRADER")}</p>
        <Choice
          label={t("keys.signs_by")}
          value={scheme}
          onChange={setScheme}
          options={(["ED25519", "HMAC_SHA256"] as const).map((value) => ({ value, text: t(`keys.scheme.${value}`) }))}
        />
        {scheme === "ED25519" ? field("public_key", t("keys.public_key_hint")) : <p className="muted">{t("keys.secret_once")}</p>}
        {field("networks", t("keys.networks_hint"))}
        <Choice label={t("keys.good_for")} value={days} onChange={setDays} options={(Object.keys(DAYS) as Days[]).map((value) => ({ value, text: t(`keys.days.${value}`) }))} />
        {refusal && <p className="refusal" role="alert">{refusal}</p>}
        <div className="dialog-actions">
          <Button className="button button-quiet" onPress={onClose}>{t("dialog.cancel")}</Button>
          <Button className={`button button-accent${busy ? " button-busy" : ""}`} type="submit">{t("keys.make")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
