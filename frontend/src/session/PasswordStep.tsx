import { type FormEvent } from "react";
import { Button, Form, Input, Label, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { type Answer, type Flow } from "./auth";
import { givePasskey, hasPasskeys } from "./passkeys";
import { useAct } from "./useAct";

interface Props {
  email: string;
  password: string;
  onEmail: (text: string) => void;
  onPassword: (text: string) => void;
  onSubmit: () => Promise<void>;
  onAnswer: (answer: Answer<{ flows?: Flow[] }>) => Promise<void>;
}

export function PasswordStep({ email, password, onEmail, onPassword, onSubmit, onAnswer }: Props) {
  const { t } = useTranslation();
  const { busy, problem, run } = useAct();

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(onSubmit);
  }

  return (
    <>
      <p className="muted">{t("session.intro")}</p>
      <Form className="stack" onSubmit={submit}>
        <TextField className="field" type="email" name="email" value={email} onChange={onEmail} isRequired autoComplete="username">
          <Label className="label">{t("session.email")}</Label>
          <Input className="input" />
        </TextField>
        <TextField className="field" type="password" name="password" value={password} onChange={onPassword} isRequired autoComplete="current-password">
          <Label className="label">{t("session.password")}</Label>
          <Input className="input" />
        </TextField>
        {problem && <p className="refusal" role="alert">{problem}</p>}
        <Button className="button button-accent button-wide" type="submit" isDisabled={busy}>
          {busy ? t("session.signing_in") : t("session.sign_in")}
        </Button>
      </Form>
      {hasPasskeys() && (
        <Button className="button button-quiet button-wide" isDisabled={busy} onPress={() => void run(async () => onAnswer(await givePasskey("login")))}>
          {t("session.by_passkey")}
        </Button>
      )}
    </>
  );
}
