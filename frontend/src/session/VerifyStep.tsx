import { type FormEvent, useState } from "react";
import { Button, Form } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { FormField } from "../ui/FormField";
import { toast } from "../ui/toasts";
import { AuthError, ask } from "./auth";
import { useAct } from "./useAct";
import { useFreshSession, useSession } from "./useSession";

/** The code of the mail. It is asked for alike whether or not the address has signed up before. */
export function VerifyStep({ email, onVerified, onBack }: { email: string; onVerified: () => Promise<void>; onBack: () => void }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const freshSession = useFreshSession();
  const [key, setKey] = useState("");
  const { busy, problem, of, run } = useAct("key");

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      try {
        await ask("POST", "auth/email/verify", { key });
      } catch (error) {
        // Too many wrong codes, or too late: the sign-up has to be begun anew.
        if (error instanceof AuthError && error.status === 409) throw new AuthError(409, { errors: [{ code: "over", message: t("verify.over") }] });
        throw error;
      }
      await onVerified();
    });
  }

  async function resend() {
    await ask("POST", "auth/email/verify/resend");
    await freshSession();
    toast("good", t("verify.sent_again"), email);
  }

  return (
    <>
      <p>{t("verify.intro", { email })}</p>
      {session?.demo && (
        <p className="warning">
          {session.demo_mail_code ? t("verify.demo", { code: session.demo_mail_code }) : t("verify.demo_files")}
        </p>
      )}
      <Form className="stack" onSubmit={submit}>
        <FormField name="key" label={t("session.code")} value={key} onChange={setKey} problem={of("key")} autoComplete="one-time-code" />
        {problem && <p className="refusal" role="alert">{problem}</p>}
        <Button className="button button-accent button-wide" type="submit" isDisabled={busy || !key}>{t("verify.go")}</Button>
      </Form>
      <div className="card-ways">
        <Button className="link-button" isDisabled={busy} onPress={() => void run(resend)}>{t("verify.resend")}</Button>
        <Button className="link-button" onPress={onBack}>{t("session.start_over")}</Button>
      </div>
    </>
  );
}
