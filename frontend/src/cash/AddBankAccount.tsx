import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { FormField } from "../ui/FormField";
import { toast } from "../ui/toasts";
import { useRefetch } from "./useCash";

const FIELDS = ["holder", "bank_name", "routing_number", "account_number"] as const;
type Field = (typeof FIELDS)[number];

const isField = (name: string | null): name is Field => FIELDS.some((field) => field === name);

export function AddBankAccount({ account, holder, onClose }: { account: string; holder: string; onClose: () => void }) {
  const { t } = useTranslation();
  const refetch = useRefetch(account);
  const [typed, setTyped] = useState<Record<Field, string>>({ holder, bank_name: "", routing_number: "", account_number: "" });
  const [problems, setProblems] = useState<Partial<Record<Field, string>>>({});
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const missing = FIELDS.filter((field) => typed[field].trim() === "");
    setProblems(Object.fromEntries(missing.map((field) => [field, t("bank_accounts.required")])));
    setRefusal("");
    if (missing.length > 0 || busy) return;
    setBusy(true);
    try {
      await call(api.POST("/api/v1/bank-accounts", { body: { account: asId(account), ...typed } }));
      toast("good", t("bank_accounts.added"), t("bank_accounts.added_detail"));
      refetch();
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (isField(failure.field)) setProblems({ [failure.field]: failure.message });
      else setRefusal(failure.message || t("placeholder.unreachable"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={t("bank_accounts.add_title")} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <p className="muted">{t("bank_accounts.add_explain")}</p>
        {FIELDS.map((field) => (
          <FormField
            key={field}
            name={field}
            label={t(`bank_accounts.${field}`)}
            hint={field === "routing_number" ? t("bank_accounts.routing_hint") : undefined}
            inputMode={field.endsWith("number") ? "numeric" : "text"}
            value={typed[field]}
            problem={problems[field]}
            onChange={(text) => setTyped({ ...typed, [field]: text })}
          />
        ))}
        {refusal && <p className="refusal" role="alert">{refusal}</p>}
        <div className="dialog-actions">
          <Button className="button button-quiet" onPress={onClose}>{t("dialog.cancel")}</Button>
          <Button className={`button button-accent${busy ? " button-busy" : ""}`} type="submit">{t("bank_accounts.add")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
