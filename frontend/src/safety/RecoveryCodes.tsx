import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { toast } from "../ui/toasts";

/** To be kept where the telephone is not. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const { t } = useTranslation();
  const text = codes.join("\n");

  async function copy() {
    await navigator.clipboard.writeText(text);
    toast("good", t("recovery.copied"), t("recovery.copied_detail"));
  }

  return (
    <div className="recovery">
      <h3>{t("recovery.title")}</h3>
      <p>{t("recovery.explain")}</p>
      <ul className="recovery-codes">
        {codes.map((code) => <li key={code}><code>{code}</code></li>)}
      </ul>
      <div className="safety-acts">
        <Button className="button button-accent" onPress={onKept}>{t("recovery.kept")}</Button>
        <Button className="button button-quiet" onPress={() => void copy()}>{t("recovery.copy")}</Button>
        <a className="button button-quiet" href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`} download="recovery-codes.txt">{t("recovery.download")}</a>
      </div>
    </div>
  );
}
