import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";

import { useTitle } from "../ui/useTitle";
import { CodeStep } from "./CodeStep";
import { DemoSignIns } from "./DemoSignIns";
import { PasswordStep } from "./PasswordStep";
import { type Answer, AuthError, type Flow, ask, pending } from "./auth";
import { useFreshSession } from "./useSession";
import "./sign-in.css";

/** Only a path of this site: an address from outside must not become a redirect. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

const SECOND_STEP = "mfa_authenticate";
const TO_VERIFY = "verify_email";

export function SignInPage() {
  const { t } = useTranslation();
  const freshSession = useFreshSession();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<Flow | null>(null);
  useTitle(t("session.sign_in"));

  async function enter() {
    await freshSession();
    const next = safeNext(search.get("next"));
    // The operations desk is not part of this application.
    if (next.startsWith("/admin/")) window.location.assign(next);
    else await navigate(next);
  }

  /** Where an answer leads: to the next step, or in. */
  async function go(answer: Answer<{ flows?: Flow[] }>) {
    const step = pending(answer);
    if (step?.id === SECOND_STEP) {
      if (!(await answeredByDemo())) setSecond(step);
    } else if (step?.id === TO_VERIFY) await navigate("/sign-up", { state: { email } });
    else await enter();
  }

  /** Of the demo's people the venue knows the code: a visitor has no app of theirs. */
  async function answeredByDemo(): Promise<boolean> {
    const { demo_sign_ins } = await freshSession();
    const person = demo_sign_ins.find((one) => one.email === email.trim().toLowerCase());
    if (!person) return false;
    await ask("POST", "auth/2fa/authenticate", { code: person.code });
    await enter();
    return true;
  }

  async function givePassword() {
    try {
      await go(await ask("POST", "auth/login", { email, password }));
    } catch (error) {
      // A session is open already, for instance from another tab.
      if (error instanceof AuthError && error.status === 409) await enter();
      else throw error;
    }
  }

  return (
    <main id="main" className="page sign-in">
      <section className="card">
        <h1>{t("session.sign_in")}</h1>
        {second ? (
          <CodeStep types={second.types ?? []} onAnswer={go} onBack={() => setSecond(null)} />
        ) : (
          <>
            <PasswordStep email={email} password={password} onEmail={setEmail} onPassword={setPassword} onSubmit={givePassword} onAnswer={go} />
            <p className="card-ways">
              <Link to="/forgotten-password">{t("session.forgotten")}</Link>
              <Link to="/sign-up">{t("session.sign_up_instead")}</Link>
            </p>
          </>
        )}
      </section>
      {!second && (
        <DemoSignIns
          onPick={(person) => {
            setEmail(person.email);
            setPassword(person.password);
          }}
        />
      )}
    </main>
  );
}
