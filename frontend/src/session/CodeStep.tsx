import { type FormEvent, useState } from "react";
import { Button, Form, Input, Label, Text, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { type Answer, type Flow, ask } from "./auth";
import { givePasskey, hasPasskeys } from "./passkeys";
import { useAct } from "./useAct";

interface Props {
  /** What the person has: totp, webauthn, recovery_codes. */
  types: string[];
  onAnswer: (answer: Answer<{ flows?: Flow[] }>) => Promise<void>;
  onBack: () => void;
}

/** The second factor of signing in. */
export function CodeStep({ types, onAnswer, onBack }: Props) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const { busy, problem, run } = useAct();

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(async () => onAnswer(await ask("POST", "auth/2fa/authenticate", { code })));
  }

  return (
    <>
      <p className="muted">{t("session.second_intro")}</p>
      {types.includes("webauthn") && hasPasskeys() && (
        <Button className="button button-accent button-wide" isDisabled={busy} onPress={() => void run(async () => onAnswer(await givePasskey("authenticate")))}>
          {t("session.with_passkey")}
        </Button>
      )}
      <Form className="stack" onSubmit={submit}>
        <TextField className="field" name="code" value={code} onChange={setCode} isRequired autoFocus autoComplete="one-time-code">
          <Label className="label">{t("session.code")}</Label>
          <Input className="input input-code" inputMode="numeric" />
          <Text slot="description" className="field-hint">{t("session.code_hint")}</Text>
        </TextField>
        {problem && <p className="refusal" role="alert">{problem}</p>}
        <Button className="button button-accent button-wide" type="submit" isDisabled={busy}>
          {busy ? t("session.signing_in") : t("session.continue")}
        </Button>
      </Form>
      <Button className="button button-quiet button-wide" onPress={onBack}>{t("session.start_over")}</Button>
    </>
  );
}
