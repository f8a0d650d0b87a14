import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { api, asId, call } from "../api/client";
import { useAct } from "../session/useAct";
import { FormField } from "../ui/FormField";
import { dateTime } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useAgain } from "./Again";
import { Section } from "./Section";
import { type Safety, useRefetchSafety, useSafety } from "./useSafety";

type Change = Safety["changes"][number];

export function Contacts() {
  const { t } = useTranslation();
  const { data, error } = useSafety();
  return (
    <Section id="contacts" title={t("safety.contacts")}>
      {error && !data ? <ErrorNote error={error} /> : !data ? <Loading /> : (
        <ul className="safety-rows">
          {(["EMAIL", "PHONE"] as const).map((kind) => (
            <Contact key={kind} kind={kind} now={kind === "EMAIL" ? data.email : data.phone} change={data.changes.find((one) => one.kind === kind)} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Contact({ kind, now, change }: { kind: Change["kind"]; now: string; change: Change | undefined }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <li>
      <div>
        <strong>{t(`contacts.${kind}`)}</strong>
        <span className={now ? undefined : "muted"}>{now || t("contacts.no_number")}</span>
      </div>
      {!change && !asking && (
        <Button className="button button-quiet button-small" aria-label={t(`contacts.change_${kind}`)} onPress={() => setAsking(true)}>{t("contacts.change")}</Button>
      )}
      {!change && asking && <Ask kind={kind} onClose={() => setAsking(false)} />}
      {change && <Going change={change} />}
    </li>
  );
}

function Ask({ kind, onClose }: { kind: Change["kind"]; onClose: () => void }) {
  const { t } = useTranslation();
  const again = useAgain();
  const refetch = useRefetchSafety();
  const [text, setText] = useState("");
  const { busy, problem, of, run } = useAct("new");

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(() => again(async () => {
      await call(api.POST("/api/v1/safety/contact-changes", { body: { kind, new: text } }));
      await refetch();
      onClose();
    }));
  }

  return (
    <form className="stack safety-form" onSubmit={submit} noValidate>
      <FormField name="new" label={t(`contacts.new_${kind}`)} hint={t(`contacts.hint_${kind}`)} value={text} onChange={setText} problem={of("new")} autoComplete={kind === "EMAIL" ? "email" : "tel"} />
      {problem && <p className="refusal" role="alert">{problem}</p>}
      <div className="safety-acts">
        <Button className="button button-accent" type="submit" isDisabled={busy || !text}>{t("contacts.send_code")}</Button>
        <Button className="button button-quiet" onPress={onClose}>{t("dialog.cancel")}</Button>
      </div>
    </form>
  );
}

/** To be confirmed by its code, or waiting until it counts; it can be stopped either way. */
function Going({ change }: { change: Change }) {
  const { t } = useTranslation();
  const refetch = useRefetchSafety();
  const [code, setCode] = useState("");
  const { busy, problem, of, run } = useAct("code");
  const params = { params: { path: { change_id: asId(change.id) } } };
  const waits = change.status === "WAITING";

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      try {
        await call(api.POST("/api/v1/safety/contact-changes/{change_id}/verify", { ...params, body: { code } }));
      } finally {
        await refetch();
      }
    });
  }

  const stop = () => void run(async () => {
    await call(api.POST("/api/v1/safety/contact-changes/{change_id}/stop", params));
    await refetch();
  });

  return (
    <form className="stack safety-form" onSubmit={submit} noValidate>
      <p className="warning">{waits ? t("contacts.waits", { new: change.new, at: dateTime(change.effective_at) }) : t(`contacts.sent_${change.kind}`, { new: change.new })}</p>
      {!waits && <FormField name="code" label={t("session.code")} value={code} onChange={setCode} problem={of("code")} autoComplete="one-time-code" />}
      {problem && <p className="refusal" role="alert">{problem}</p>}
      <div className="safety-acts">
        {!waits && <Button className="button button-accent" type="submit" isDisabled={busy || !code}>{t("contacts.confirm")}</Button>}
        <Button className="button button-quiet" isDisabled={busy} onPress={stop}>{t("contacts.stop")}</Button>
      </div>
    </form>
  );
}
