import { Checkbox } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { Icon } from "../ui/Icon";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { toast } from "../ui/toasts";
import { useSwitch, useSwitches } from "./useNotices";

/** Of what mail is wanted; the inbox has all of it either way. */
export function MailSwitches() {
  const { t } = useTranslation();
  const { data: kinds, error } = useSwitches();
  const { mutate, isPending } = useSwitch();
  const set = (kind: string, mail: boolean) =>
    mutate({ kind, mail }, { onError: ({ message }) => toast("bad", t("inbox.not_switched"), message) });
  return (
    <section className="panel" aria-labelledby="mail">
      <div className="panel-head panel-head-tall"><h2 id="mail">{t("inbox.mail")}</h2></div>
      {error && !kinds ? <ErrorNote error={error} /> : !kinds ? <Loading /> : (
        <div className="inbox-switches">
          <p className="muted">{t("inbox.mail_explained")}</p>
          {kinds.map(({ kind, title, mail, may_be_off }) => (
            <Checkbox key={kind} className="checkbox" isSelected={mail} isDisabled={!may_be_off} isReadOnly={isPending} onChange={(on) => set(kind, on)}>
              <span className="checkbox-box"><Icon name="check" /></span>
              {title}
              {!may_be_off && <span className="inbox-always">{t("inbox.always")}</span>}
            </Checkbox>
          ))}
        </div>
      )}
    </section>
  );
}
