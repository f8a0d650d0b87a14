import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/client";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { FormField } from "../ui/FormField";
import { toast } from "../ui/toasts";
import { type House, type Team, useTeamActs } from "./useTeam";

export function InviteMember({ house, roles, onClose }: { house: House; roles: Team["roles"]; onClose: () => void }) {
  const { t } = useTranslation();
  const { invite } = useTeamActs(house);
  const [least = ""] = Object.keys(roles);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState(least);
  const [problem, setProblem] = useState<string>();
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal("");
    setProblem(email.includes("@") ? undefined : t("team.no_address"));
    if (!email.includes("@") || busy) return;
    setBusy(true);
    try {
      await invite(email.trim(), role);
      toast("good", t("team.sent", { email: email.trim() }), t("team.sent_detail"));
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.field === "email") setProblem(failure.message);
      else setRefusal(failure.message || t("placeholder.unreachable"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={t("team.invite_title", { house: house.name })} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <FormField name="email" type="email" label={t("team.email")} value={email} onChange={setEmail} problem={problem} hint={t("team.email_hint")} />
        <Choice label={t("team.role")} value={role} onChange={setRole} options={Object.keys(roles).map((value) => ({ value, text: t(`role.${value as "VIEWER"}`) }))} />
        <p className="muted">{roles[role]}.</p>
        {refusal && (
          <p className="refusal" role="alert">
            {refusal}
          </p>
        )}
        <div className="dialog-actions">
          <Button className="button button-quiet" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button className={`button button-accent${busy ? " button-busy" : ""}`} type="submit">
            {t("team.send")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
