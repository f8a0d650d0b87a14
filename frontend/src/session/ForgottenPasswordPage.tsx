import { type FormEvent, useState } from "react";
import { Button, Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { FormField } from "../ui/FormField";
import { toast } from "../ui/toasts";
import { useTitle } from "../ui/useTitle";
import { AuthError, ask } from "./auth";
import { useAct } from "./useAct";
import "./sign-in.css";

/** A code by mail, and with it another password. The answer is the same whoever's address it is. */
export function ForgottenPasswordPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [email, setEmail] = useState("");
  const [key, setKey] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState(false);
  const { busy, problem, of, run } = useAct("email", "key", "password");
  useTitle(t("forgotten.title"));

  function request(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      await ask("POST", "auth/password/request", { email });
      setAsked(true);
    });
  }

  function reset(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      try {
        await ask("POST", "auth/password/reset", { key, password });
      } catch (error) {
        if (!(error instanceof AuthError) || error.status !== 409) throw error;
        setAsked(false);
        throw new AuthError(409, { errors: [{ code: "over", message: t("forgotten.over") }] });
      }
      toast("good", t("forgotten.done"), t("forgotten.done_detail"));
      await navigate("/sign-in");
    });
  }

  return (
    <main id="main" className="page sign-in">
      <section className="card">
        <h1>{t("forgotten.title")}</h1>
        <p className="muted">{asked ? t("forgotten.sent", { email }) : t("forgotten.intro")}</p>
        {asked ? (
          <Form className="stack" onSubmit={reset}>
            <FormField name="key" label={t("session.code")} value={key} onChange={setKey} problem={of("key")} autoComplete="one-time-code" />
            <FormField type="password" name="password" label={t("forgotten.password")} hint={t("sign_up.password_hint")} value={password} onChange={setPassword} problem={of("password")} autoComplete="new-password" />
            {problem && <p className="refusal" role="alert">{problem}</p>}
            <Button className="button button-accent button-wide" type="submit" isDisabled={busy || !key || !password}>{t("forgotten.set")}</Button>
          </Form>
        ) : (
          <Form className="stack" onSubmit={request}>
            <FormField type="email" name="email" label={t("session.email")} value={email} onChange={setEmail} problem={of("email")} autoComplete="username" />
            {problem && <p className="refusal" role="alert">{problem}</p>}
            <Button className="button button-accent button-wide" type="submit" isDisabled={busy || !email}>{t("forgotten.go")}</Button>
          </Form>
        )}
        <p className="card-ways"><Link to="/sign-in">{t("sign_up.sign_in_instead")}</Link></p>
      </section>
    </main>
  );
}
