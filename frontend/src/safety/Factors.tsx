import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ask } from "../session/auth";
import { addPasskey, hasPasskeys } from "../session/passkeys";
import { useAct } from "../session/useAct";
import { dateTime } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useAgain } from "./Again";
import { RecoveryCodes } from "./RecoveryCodes";
import { Section } from "./Section";
import { TotpSetUp } from "./TotpSetUp";
import { type Authenticator, recoveryCodes, useAuthenticators, useRefetchSafety } from "./useSafety";
import "../books/books.css";

const moment = (seconds: number): string => dateTime(new Date(seconds * 1000));

export function Factors() {
  const { t } = useTranslation();
  const { data, error } = useAuthenticators();
  return (
    <Section id="factors" title={t("safety.factors")}>
      {error && !data ? <ErrorNote error={error} /> : data ? <FactorList rows={data} /> : <Loading />}
    </Section>
  );
}

function FactorList({ rows }: { rows: Authenticator[] }) {
  const { t } = useTranslation();
  const again = useAgain();
  const refetch = useRefetchSafety();
  const [settingUp, setSettingUp] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);
  const { busy, problem, run } = useAct();

  const totp = rows.find(({ type }) => type === "totp");
  const passkeys = rows.filter(({ type }) => type === "webauthn");
  const kept = rows.find(({ type }) => type === "recovery_codes");
  const act = (doIt: () => Promise<unknown>) => void run(() => again(async () => {
    await doIt();
    await refetch();
  }));

  async function added() {
    setSettingUp(false);
    await refetch();
    if (!kept) setCodes(await recoveryCodes("GET"));
  }

  return (
    <>
      {!totp && passkeys.length === 0 && <p className="warning">{t("factors.none")}</p>}
      <ul className="safety-rows">
        <li>
          <div>
            <strong>{t("second_factor.app")}</strong>
            <span className="muted">{totp ? t("factors.since", { at: moment(totp.created_at) }) : t("second_factor.app_explain")}</span>
          </div>
          {totp ? (
            <Button className="button button-quiet button-small" isDisabled={busy} onPress={() => act(() => ask("DELETE", "account/authenticators/totp"))}>{t("factors.remove_app")}</Button>
          ) : (
            <Button className="button button-accent button-small" isDisabled={busy || settingUp} onPress={() => setSettingUp(true)}>{t("second_factor.use_app")}</Button>
          )}
        </li>
        {settingUp && <li><TotpSetUp onDone={() => again(added)} onCancel={() => setSettingUp(false)} /></li>}
        {passkeys.map((row) => (
          <li key={row.id}>
            <div>
              <strong>{t("second_factor.passkey")}: {row.name}</strong>
              <span className="muted">{row.last_used_at ? t("factors.used", { at: moment(row.last_used_at) }) : t("factors.since", { at: moment(row.created_at) })}</span>
            </div>
            <Button
              className="button button-quiet button-small"
              aria-label={t("factors.remove_passkey", { name: row.name })}
              isDisabled={busy}
              onPress={() => act(() => ask("DELETE", "account/authenticators/webauthn", { authenticators: [row.id] }))}
            >
              {t("factors.remove")}
            </Button>
          </li>
        ))}
        {hasPasskeys() && (
          <li>
            <div>
              <strong>{t("second_factor.passkey")}</strong>
              <span className="muted">{t("second_factor.passkey_explain")}</span>
            </div>
            <Button
              className="button button-quiet button-small"
              isDisabled={busy}
              onPress={() => void run(() => again(async () => {
                await addPasskey(t("passkeys.nth", { count: passkeys.length + 1 }));
                await added();
              }))}
            >
              {t("second_factor.use_passkey")}
            </Button>
          </li>
        )}
        {kept && (
          <li>
            <div>
              <strong>{t("recovery.name")}</strong>
              <span className="muted">{t("recovery.left", { count: kept.unused_code_count ?? 0 })}</span>
            </div>
            <Button className="button button-quiet button-small" isDisabled={busy} onPress={() => act(async () => setCodes(await recoveryCodes("GET")))}>{t("recovery.show")}</Button>
            <Button className="button button-quiet button-small" isDisabled={busy} onPress={() => act(async () => setCodes(await recoveryCodes("POST")))}>{t("recovery.renew")}</Button>
          </li>
        )}
        {codes && <li><RecoveryCodes codes={codes} onKept={() => setCodes(null)} /></li>}
      </ul>
      {problem && <p className="refusal" role="alert">{problem}</p>}
    </>
  );
}
