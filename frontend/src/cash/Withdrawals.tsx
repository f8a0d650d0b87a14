import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { Account, Withdrawal } from "../api/types";
import { may } from "../session/roles";
import { money } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { TableFrame } from "../ui/TableFrame";
import { toast } from "../ui/toasts";
import { useVenueTime } from "../ui/venueClock";
import { useRefetch, useWithdrawals } from "./useCash";

/** Withdrawals with where they stand, and why where they failed. Nothing where there were none. */
export function Withdrawals({ account: holder }: { account: Account }) {
  const account = holder.id;
  const { t } = useTranslation();
  const { time, zone } = useVenueTime();
  const refetch = useRefetch(account);
  const { rows, onMore } = useWithdrawals(account);
  if (!rows || rows.length === 0) return null;

  async function cancel({ id, amount }: Withdrawal) {
    try {
      await call(api.POST("/api/v1/withdrawals/{withdrawal_id}/cancel", { params: { path: { withdrawal_id: asId(id) } } }));
      toast("neutral", t("withdrawals.canceled", { amount: money(amount) }));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      toast("bad", t("withdrawals.cancel_failed"), failure.message);
    }
    refetch();
  }

  return (
    <section className="panel" aria-labelledby="withdrawals">
      <div className="panel-head panel-head-tall"><h2 id="withdrawals">{t("withdrawals.title")}</h2></div>
      <TableFrame label={t("withdrawals.title")}>
        <table className="table withdrawals">
          <thead>
            <tr>
              <th scope="col" className="medium">{t("withdrawals.reference")}</th>
              <th scope="col">{t("withdrawals.to")}</th>
              <th scope="col" className="num">{t("column.amount")}</th>
              <th scope="col">{t("column.status")}</th>
              <th scope="col" className="medium">{t("withdrawals.requested", { zone })}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row" className="medium">{row.reference}</th>
                <td>{row.bank_name} <span className="nowrap">{row.account_number}</span></td>
                <td className="num strong">{money(row.amount)}</td>
                <td>
                  <span className="status">
                    {t(`withdrawals.status.${row.status}`)}
                    <span className="status-text">{row.reason || t(`withdrawals.means.${row.status}`)}</span>
                  </span>
                  {row.status === "REQUESTED" && may(holder, "SIGNER") && (
                    <Button className="link-button" aria-label={t("withdrawals.cancel_one", { amount: money(row.amount) })} onPress={() => void cancel(row)}>
                      {t("withdrawals.cancel")}
                    </Button>
                  )}
                </td>
                <td className="muted nowrap medium">{time(row.requested_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <MoreButton onMore={onMore} />
      </TableFrame>
    </section>
  );
}
