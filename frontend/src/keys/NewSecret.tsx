import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import type { NewKey } from "./useKeys";

/** The only time the secret is to be seen: closed by its button alone would be too easy to miss, so it says so. */
export function NewSecret({ made, onClose }: { made: NewKey; onClose: () => void }) {
  const { t } = useTranslation();
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => toast("neutral", t("keys.copied")));
  return (
    <Dialog title={t("keys.made", { name: made.name })} isOpen onClose={onClose}>
      <div className="stack">
        <dl className="key-made">
          <Line name={t("keys.id")} value={made.public_id} onCopy={copy} />
          {made.secret && <Line name={t("keys.secret")} value={made.secret} onCopy={copy} />}
        </dl>
        {made.secret && <p className="warning">{t("keys.never_again")}</p>}
        <div className="dialog-actions">
          <Button className="button button-accent" onPress={onClose}>
            {t(made.secret ? "keys.kept" : "dialog.close")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Line({ name, value, onCopy }: { name: string; value: string; onCopy: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        <Button className="button button-quiet button-small" aria-label={t("keys.copy_one", { name })} onPress={() => onCopy(value)}>
          {t("keys.copy")}
        </Button>
      </dd>
    </div>
  );
}
