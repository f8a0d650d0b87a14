import { type FormEvent, useState } from "react";
import { Button, Form, Input, Label, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import { useTitle } from "../ui/useTitle";
import { SignInError, useSession, useSignIn } from "./useSession";
import "./sign-in.css";

/** Only a path of this site: an address from outside must not become a redirect. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

export function SignInPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const signIn = useSignIn();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  useTitle(t("session.sign_in"));

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await signIn(email, password);
      const next = safeNext(search.get("next"));
      // The operations desk is not part of this application.
      if (next.startsWith("/admin/")) window.location.assign(next);
      else void navigate(next);
    } catch (error) {
      setProblem((error instanceof SignInError && error.message) || t("session.failed"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main id="main" className="page sign-in">
      <section className="card">
        <h1>{t("session.sign_in")}</h1>
        <p className="muted">{t("session.intro")}</p>
        <Form className="stack" onSubmit={(event) => void submit(event)}>
          <TextField className="field" type="email" name="email" value={email} onChange={setEmail} isRequired autoComplete="username">
            <Label className="label">{t("session.email")}</Label>
            <Input className="input" />
          </TextField>
          <TextField className="field" type="password" name="password" value={password} onChange={setPassword} isRequired autoComplete="current-password">
            <Label className="label">{t("session.password")}</Label>
            <Input className="input" />
          </TextField>
          {problem && (
            <p className="refusal" role="alert">
              {problem}
            </p>
          )}
          <Button className="button button-accent button-wide" type="submit" isDisabled={busy}>
            {busy ? t("session.signing_in") : t("session.sign_in")}
          </Button>
        </Form>
      </section>
      {session?.demo && session.demo_sign_ins.length > 0 && (
        <section className="card card-quiet" aria-labelledby="demo-sign-ins">
          <h2 id="demo-sign-ins">{t("session.demo_title")}</h2>
          <p className="muted">{t("session.demo_intro")}</p>
          <ul className="demo-list">
            {session.demo_sign_ins.map((person) => (
              <li key={person.email}>
                <Button
                  className="demo-person"
                  onPress={() => {
                    setEmail(person.email);
                    setPassword(person.password);
                  }}
                >
                  <span>{person.role}</span>
                  <span className="muted">{person.email}</span>
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}
