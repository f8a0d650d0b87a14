import { type FormEvent, useState } from "react";
import { Button, Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";

import { FormField } from "../ui/FormField";
import { useTitle } from "../ui/useTitle";
import { VerifyStep } from "./VerifyStep";
import { ask } from "./auth";
import { useAct } from "./useAct";
import { useFreshSession } from "./useSession";
import "./sign-in.css";

/** An account of one's own in three steps: address and password, the mail's code, a second factor. */
export function SignUpPage() {
  const { t } = useTranslation();
  const freshSession = useFreshSession();
  const navigate = useNavigate();
  // Who signed in before the address was confirmed comes from there.
  const { state } = useLocation() as { state: { email?: string } | null };
  const [email, setEmail] = useState(state?.email ?? "");
  const [password, setPassword] = useState("");
  const [verifying, setVerifying] = useState(state?.email !== undefined);
  const { busy, problem, of, run } = useAct("email", "password");
  useTitle(t("sign_up.title"));

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      await ask("POST", "auth/signup", { email, password });
      await freshSession();
      setVerifying(true);
    });
  }

  async function verified() {
    const session = await freshSession();
    // Confirmed in another browser than the one that signed up: then one signs in.
    await navigate(session.signed_in ? "/second-factor?next=/apply" : "/sign-in?next=/second-factor");
  }

  return (
    <main id="main" className="page sign-in">
      <section className="card">
        <h1>{verifying ? t("verify.title") : t("sign_up.title")}</h1>
        {verifying ? (
          <VerifyStep email={email} onVerified={verified} onBack={() => setVerifying(false)} />
        ) : (
          <>
            <p className="muted">{t("sign_up.intro")}</p>
            <Form className="stack" onSubmit={submit}>
              <FormField type="email" name="email" label={t("session.email")} value={email} onChange={setEmail} problem={of("email")} autoComplete="username" />
              <FormField type="password" name="password" label={t("session.password")} hint={t("sign_up.password_hint")} value={password} onChange={setPassword} problem={of("password")} autoComplete="new-password" />
              {problem && <p className="refusal" role="alert">{problem}</p>}
              <Button className="button button-accent button-wide" type="submit" isDisabled={busy || !email || !password}>
                {t("sign_up.go")}
              </Button>
            </Form>
            <p className="card-ways">
              <Link to="/sign-in">{t("sign_up.sign_in_instead")}</Link>
            </p>
          </>
        )}
      </section>
    </main>
  );
}
