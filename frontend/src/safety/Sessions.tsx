import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ask } from "../session/auth";
import { useAct } from "../session/useAct";
import { dateTime } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { Section } from "./Section";
import { deviceName } from "./device";
import { useRefetchSafety, useSessions } from "./useSafety";

export function Sessions() {
  const { t } = useTranslation();
  const { data, error } = useSessions();
  const refetch = useRefetchSafety();
  const { busy, problem, run } = useAct();
  const others = data?.filter((row) => !row.is_current).map(({ id }) => id) ?? [];

  const end = (sessions: number[]) => void run(async () => {
    await ask("DELETE", "auth/sessions", { sessions });
    await refetch();
  });

  return (
    <Section id="sessions" title={t("safety.sessions")}>
      {error && !data ? <ErrorNote error={error} /> : !data ? <Loading /> : (
        <ul className="safety-rows">
          {data.map((row) => (
            <li key={row.id}>
              <div>
                <strong>{deviceName(row.user_agent) || t("safety.unknown_device")}</strong>
                <span className="muted">{t("sessions.since", { address: row.ip, at: dateTime(new Date(row.created_at * 1000)) })}</span>
              </div>
              {row.is_current ? <span className="badge badge-settled">{t("sessions.this")}</span> : (
                <Button className="button button-quiet button-small" isDisabled={busy} aria-label={t("sessions.end_one", { device: deviceName(row.user_agent), address: row.ip })} onPress={() => end([row.id])}>{t("sessions.end")}</Button>
              )}
            </li>
          ))}
          {others.length > 0 && <li><Button className="button button-quiet" isDisabled={busy} onPress={() => end(others)}>{t("sessions.end_others")}</Button></li>}
        </ul>
      )}
      {problem && <p className="refusal" role="alert">{problem}</p>}
    </Section>
  );
}
