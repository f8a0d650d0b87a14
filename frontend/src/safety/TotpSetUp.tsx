import { type FormEvent, useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ask } from "../session/auth";
import { useAct } from "../session/useAct";
import { FormField } from "../ui/FormField";
import { Loading } from "../ui/Placeholders";
import { useAgain } from "./Again";

/** An authenticator app: scan or type the key, then prove it by a code. */
export function TotpSetUp({ onDone, onCancel }: { onDone: () => Promise<void>; onCancel?: () => void }) {
  const { t } = useTranslation();
  const again = useAgain();
  const [secret, setSecret] = useState("");
  const [code, setCode] = useState("");
  const { busy, problem, of, run } = useAct("code");

  useEffect(() => {
    void ask("GET", "account/authenticators/totp").then(({ meta }) => setSecret(typeof meta.secret === "string" ? meta.secret : ""));
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(() => again(async () => {
      await ask("POST", "account/authenticators/totp", { code });
      await onDone();
    }));
  }

  if (!secret) return <Loading />;
  return (
    <form className="totp" onSubmit={submit} noValidate>
      <ol className="totp-steps">
        <li>
          <p>{t("second_factor.scan")}</p>
          {/* Another secret is another picture, at the same address. */}
          <img className="totp-picture" src={`/api/v1/safety/totp.svg?${secret.slice(0, 4)}`} alt={t("second_factor.picture")} width="190" height="190" />
          <p className="field-hint">{t("second_factor.by_hand")}</p>
          <code className="totp-key">{secret.match(/.{1,4}/g)?.join(" ")}</code>
        </li>
        <li>
          <p>{t("second_factor.prove")}</p>
          <FormField name="code" label={t("second_factor.code")} inputMode="numeric" value={code} onChange={setCode} problem={of("code")} autoComplete="one-time-code" />
        </li>
      </ol>
      {problem && <p className="refusal" role="alert">{problem}</p>}
      <div className="safety-acts">
        <Button className="button button-accent" type="submit" isDisabled={busy || !code}>{t("second_factor.set_up")}</Button>
        {onCancel && <Button className="button button-quiet" onPress={onCancel}>{t("dialog.cancel")}</Button>}
      </div>
    </form>
  );
}
