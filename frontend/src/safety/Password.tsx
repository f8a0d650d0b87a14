import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ask } from "../session/auth";
import { useAct } from "../session/useAct";
import { FormField } from "../ui/FormField";
import { toast } from "../ui/toasts";
import { Section } from "./Section";
import { useRefetchSafety } from "./useSafety";

export function Password() {
  const { t } = useTranslation();
  const refetch = useRefetchSafety();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const { busy, problem, of, run } = useAct("current_password", "new_password");

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      await ask("POST", "account/password/change", { current_password: current, new_password: password });
      setCurrent("");
      setPassword("");
      toast("good", t("password.changed"), t("password.changed_detail"));
      await refetch();
    });
  }

  return (
    <Section id="password" title={t("safety.password")}>
      <form className="stack safety-form" onSubmit={submit} noValidate>
        <FormField type="password" name="current_password" label={t("password.current")} value={current} onChange={setCurrent} problem={of("current_password")} autoComplete="current-password" />
        <FormField type="password" name="new_password" label={t("password.new")} hint={t("sign_up.password_hint")} value={password} onChange={setPassword} problem={of("new_password")} autoComplete="new-password" />
        {problem && <p className="refusal" role="alert">{problem}</p>}
        <div><Button className="button button-accent" type="submit" isDisabled={busy || !current || !password}>{t("password.change")}</Button></div>
      </form>
    </Section>
  );
}
