import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";

import { addPasskey, hasPasskeys } from "../session/passkeys";
import { safeNext } from "../session/SignInPage";
import { useAct } from "../session/useAct";
import { useSession } from "../session/useSession";
import { NoAccount } from "../session/NoAccount";
import { useTitle } from "../ui/useTitle";
import { AgainProvider, useAgain } from "./Again";
import { RecoveryCodes } from "./RecoveryCodes";
import { TotpSetUp } from "./TotpSetUp";
import { recoveryCodes, useRefetchSafety } from "./useSafety";
import "../session/sign-in.css";
import "./safety.css";

/** The first time: one factor, the codes to keep, and on. */
export function SecondFactorPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  useTitle(t("second_factor.title"));
  return (
    <main id="main" className="page sign-in">
      <section className="card card-wide">
        <h1>{t("second_factor.title")}</h1>
        {session && !session.signed_in ? <NoAccount purpose={t("safety.sign_in")} /> : <AgainProvider><FirstFactor /></AgainProvider>}
      </section>
    </main>
  );
}

function FirstFactor() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const again = useAgain();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const refetch = useRefetchSafety();
  const [byApp, setByApp] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);
  const { busy, problem, run } = useAct();
  const next = safeNext(search.get("next"));

  const done = () => again(async () => {
    setCodes(await recoveryCodes("GET"));
    await refetch();
  });
  const passkey = () => run(() => again(async () => {
    await addPasskey(t("passkeys.first"));
    await done();
  }));

  if (codes) return <RecoveryCodes codes={codes} onKept={() => void navigate(next)} />;
  if (session?.second_factor) return <p>{t("second_factor.there")} <Link to={next}>{t("second_factor.go_on")}</Link></p>;
  if (byApp) return <TotpSetUp onDone={done} onCancel={() => setByApp(false)} />;
  return (
    <>
      <p>{t("second_factor.why")}</p>
      <div className="ways">
        <div>
          <h2>{t("second_factor.app")}</h2>
          <p className="muted">{t("second_factor.app_explain")}</p>
          <Button className="button button-accent" onPress={() => setByApp(true)}>{t("second_factor.use_app")}</Button>
        </div>
        {hasPasskeys() && (
          <div>
            <h2>{t("second_factor.passkey")}</h2>
            <p className="muted">{t("second_factor.passkey_explain")}</p>
            <Button className="button button-quiet" isDisabled={busy} onPress={() => void passkey()}>{t("second_factor.use_passkey")}</Button>
          </div>
        )}
      </div>
      {problem && <p className="refusal" role="alert">{problem}</p>}
      <p className="field-hint">{t("second_factor.later")} <Link to={next}>{t("second_factor.skip")}</Link></p>
    </>
  );
}
