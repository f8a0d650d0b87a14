import { type FormEvent, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { Account, CashAccount } from "../api/types";
import { RoleNote, may } from "../session/roles";
import { type Intent, intentFor } from "../ticket/intent";
import { compare, decimalsOf, isZero, parseDecimal } from "../ui/decimal";
import { Dialog } from "../ui/Dialog";
import { FormField } from "../ui/FormField";
import { money } from "../ui/format";
import { SelectField } from "../ui/SelectField";
import { toast } from "../ui/toasts";
import { bankAccountName, isUsable } from "./BankAccounts";
import { useBankAccounts, useRefetch } from "./useCash";

interface Problems {
  amount?: string;
  whole?: string;
}

/** Asks how much and where to, says it again before it is sent, and tells what happens then. */
export function Withdraw({ account: holder, cash }: { account: Account; cash: CashAccount }) {
  const account = holder.id;
  const { t } = useTranslation();
  const refetch = useRefetch(account);
  const { data: bankAccounts } = useBankAccounts(account);
  const [text, setText] = useState("");
  const [picked, setPicked] = useState("");
  const [problems, setProblems] = useState<Problems>({});
  const [confirming, setConfirming] = useState(false);
  const [busy, setBusy] = useState(false);
  const intent = useRef<Intent | null>(null);

  const usable = (bankAccounts ?? []).filter(isUsable);
  const target = usable.find(({ id }) => id === picked) ?? usable[0];
  const amount = parseDecimal(text);

  function problemOf(): string | undefined {
    if (text.trim() === "") return t("withdraw.required");
    if (amount === null || decimalsOf(amount) > 2) return t("withdraw.not_an_amount");
    if (isZero(amount)) return t("problem.NOT_POSITIVE");
    return compare(amount, cash.available) > 0 ? t("withdraw.too_much", { available: money(cash.available) }) : undefined;
  }

  function ask(event: FormEvent) {
    event.preventDefault();
    const problem = problemOf();
    setProblems(problem === undefined ? {} : { amount: problem });
    if (problem === undefined) setConfirming(true);
  }

  async function send() {
    if (!target || amount === null || busy) return;
    const body = { account: asId(account), bank_account_id: asId(target.id), amount };
    intent.current = intentFor(body, intent.current);
    setBusy(true);
    try {
      await call(api.POST("/api/v1/withdrawals", { body: { ...body, request_id: intent.current.clOrdId } }));
      intent.current = null;
      setText("");
      toast("good", t("withdraw.requested", { amount: money(amount) }), t("withdraw.requested_detail"));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.definitive) intent.current = null;
      const message = failure.message || t("withdraw.no_answer");
      setProblems(failure.field === "amount" ? { amount: message } : { whole: message });
    } finally {
      setBusy(false);
      setConfirming(false);
      refetch();
    }
  }

  return (
    <section className="panel" aria-labelledby="withdraw">
      <div className="panel-head panel-head-tall"><h2 id="withdraw">{t("withdraw.title")}</h2></div>
      {cash.withdrawals_stopped && <p className="warning">{t("withdraw.stopped")}</p>}
      {!may(holder, "SIGNER") ? (
        <RoleNote account={holder} least="SIGNER" />
      ) : target ? (
        <form className="stack withdraw" onSubmit={ask} noValidate>
          <FormField
            name="amount"
            label={t("withdraw.amount")}
            hint={t("withdraw.available", { available: money(cash.available) })}
            inputMode="decimal"
            value={text}
            problem={problems.amount}
            onChange={setText}
          />
          <SelectField
            label={t("withdraw.to")}
            value={target.id}
            onChange={setPicked}
            options={usable.map((row) => ({ value: row.id, text: bankAccountName(row), explanation: row.holder }))}
          />
          {problems.whole && <p className="refusal" role="alert">{problems.whole}</p>}
          <Button className="button button-accent" type="submit" isDisabled={cash.withdrawals_stopped}>{t("withdraw.submit")}</Button>
        </form>
      ) : (
        <p className="table-note">{t(bankAccounts && bankAccounts.length > 0 ? "withdraw.none_usable" : "withdraw.none")}</p>
      )}
      {confirming && target && amount !== null && (
        <Dialog title={t("withdraw.confirm", { amount: money(amount) })} isOpen onClose={() => setConfirming(false)} role="alertdialog">
          <p>{t("withdraw.confirm_explain", { to: bankAccountName(target), holder: target.holder })}</p>
          <div className="dialog-actions">
            <Button className="button button-quiet" autoFocus onPress={() => setConfirming(false)}>{t("withdraw.keep")}</Button>
            <Button className={`button button-accent${busy ? " button-busy" : ""}`} onPress={() => void send()}>
              {t("withdraw.send", { amount: money(amount) })}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
