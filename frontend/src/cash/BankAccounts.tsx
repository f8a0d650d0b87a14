import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { Account, BankAccount } from "../api/types";
import { may } from "../session/roles";
import { Dialog } from "../ui/Dialog";
import { moment } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { toast } from "../ui/toasts";
import { toVenueTime, useVenueTime } from "../ui/venueClock";
import { AddBankAccount } from "./AddBankAccount";
import { useBankAccounts, useRefetch } from "./useCash";

/** Verified, and old enough for withdrawals to go there. */
export const isUsable = ({ usable_at }: BankAccount): boolean =>
  usable_at !== null && new Date(usable_at) <= toVenueTime(Date.now());

export const bankAccountName = ({ bank_name, account_number }: BankAccount): string => `${bank_name} ${account_number}`;

export function BankAccounts({ account: { id: account, name }, account: holder }: { account: Account }) {
  const mayMoveMoney = may(holder, "SIGNER");
  const { t } = useTranslation();
  const { data, error } = useBankAccounts(account);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<BankAccount | null>(null);
  return (
    <section className="panel" aria-labelledby="bank-accounts">
      <div className="panel-head panel-head-tall">
        <h2 id="bank-accounts">{t("bank_accounts.title")}</h2>
        {mayMoveMoney && <Button className="button button-quiet button-small" onPress={() => setAdding(true)}>{t("bank_accounts.add")}</Button>}
      </div>
      {error && !data ? <ErrorNote error={error} /> : !data ? <Loading /> : data.length === 0 ? <p className="table-note">{t("bank_accounts.none")}</p> : (
        <ul className="booked">
          {data.map((row) => (
            <li key={row.id}>
              <div>
                <p><strong>{bankAccountName(row)}</strong> <span className="muted">{row.holder}</span></p>
                <Status row={row} />
              </div>
              {mayMoveMoney && (
                <Button className="button button-quiet button-small" aria-label={t("bank_accounts.remove_one", { name: bankAccountName(row) })} onPress={() => setRemoving(row)}>
                  {t("bank_accounts.remove")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {adding && <AddBankAccount account={account} holder={name} onClose={() => setAdding(false)} />}
      {removing && <Remove account={account} row={removing} onClose={() => setRemoving(null)} />}
    </section>
  );
}

/** Where it stands on its way to being used, and until when it waits. */
function Status({ row }: { row: BankAccount }) {
  const { t } = useTranslation();
  const { today } = useVenueTime();
  if (row.usable_at === null) return <p className="muted">{t("bank_accounts.unverified")}</p>;
  if (!isUsable(row)) return <p className="muted">{t("bank_accounts.cooling", { at: moment(row.usable_at, today) })}</p>;
  return <p className="muted">{t("bank_accounts.verified")}</p>;
}

function Remove({ account, row, onClose }: { account: string; row: BankAccount; onClose: () => void }) {
  const { t } = useTranslation();
  const refetch = useRefetch(account);
  const [problem, setProblem] = useState("");
  async function remove() {
    try {
      await call(api.DELETE("/api/v1/bank-accounts/{bank_account_id}", { params: { path: { bank_account_id: asId(row.id) } }, parseAs: "text" }));
      toast("neutral", t("bank_accounts.removed", { name: bankAccountName(row) }));
      refetch();
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setProblem(failure.message || t("placeholder.unreachable"));
    }
  }
  return (
    <Dialog title={t("bank_accounts.remove_title", { name: bankAccountName(row) })} isOpen onClose={onClose} role="alertdialog">
      <p>{t("bank_accounts.remove_explain")}</p>
      {problem && <p className="refusal" role="alert">{problem}</p>}
      <div className="dialog-actions">
        <Button className="button button-quiet" autoFocus onPress={onClose}>{t("bank_accounts.keep")}</Button>
        <Button className="button button-accent" onPress={() => void remove()}>{t("bank_accounts.remove")}</Button>
      </div>
    </Dialog>
  );
}
