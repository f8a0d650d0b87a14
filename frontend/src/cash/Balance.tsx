import { useTranslation } from "react-i18next";

import type { CashAccount } from "../api/types";
import { isZero } from "../ui/decimal";
import { Gain } from "../ui/Gain";
import { moment, money } from "../ui/format";
import { useVenueTime } from "../ui/venueClock";

const PARTS = ["settled", "held_for_orders", "held_for_withdrawals", "pending_out", "pending_in"] as const;
/** What is taken off the settled cash to get at what is available. */
const TAKEN_OFF: readonly (typeof PARTS)[number][] = ["held_for_orders", "held_for_withdrawals", "pending_out"];

/** How the cash available follows from what there is, each part with what it means. */
export function Balance({ cash }: { cash: CashAccount }) {
  const { t } = useTranslation();
  const { today } = useVenueTime();
  return (
    <section className="panel" aria-labelledby="cash-balance">
      <div className="cash-available">
        <h2 id="cash-balance">{t("cash.available")}</h2>
        <p className="cash-figure">{money(cash.available)}</p>
        <p className="muted">{t("cash.means.available")}</p>
      </div>
      <dl className="cash-parts">
        {PARTS.filter((part) => part === "settled" || !isZero(cash[part])).map((part) => (
          <div key={part}>
            <dt>{t(`cash.part.${part}`)}</dt>
            <dd className="cash-amount">{TAKEN_OFF.includes(part) ? `−${money(cash[part])}` : money(cash[part])}</dd>
            <dd className="cash-means muted">{t(`cash.means.${part}`)}</dd>
          </div>
        ))}
      </dl>
      {cash.unsettled.length > 0 && (
        <div className="cash-unsettled">
          <h3>{t("cash.unsettled")}</h3>
          <ul>
            {cash.unsettled.map(({ due_at, pending_in, pending_out }) => (
              <li key={due_at}>
                <span>{moment(due_at, today)}</span>
                <span>
                  {!isZero(pending_in) && <Gain value={pending_in} />} {!isZero(pending_out) && <Gain value={`-${pending_out}`} />}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
