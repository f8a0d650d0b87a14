import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Listing, Preview, Reason } from "../api/types";
import { sign, subtract } from "../ui/decimal";
import { dateTime, money, price, quantity } from "../ui/format";

/** Before and after, as the server computed them; of an order that would be refused, what is there and what is missing. */
export function Receipt({ preview, listing, dimmed }: { preview: Preview; listing: Listing; dimmed: boolean }) {
  const { t } = useTranslation();
  const { estimate, allowed, fee, fees, expires_at, explanation } = preview;
  const { symbol, tick_size } = listing;
  const held = estimate.hold_asset === symbol ? `${quantity(estimate.hold_amount)} ${symbol}` : money(estimate.hold_amount);
  const lacksCash = estimate.cash_after !== null && sign(estimate.cash_after) < 0;
  const lacksHolding = sign(estimate.holding_after) < 0;
  return (
    <>
      <dl className="receipt" aria-busy={dimmed}>
        {estimate.protection_px !== null && (
          <Line term={t("receipt.worst_price")}>{price(estimate.protection_px, tick_size)}</Line>
        )}
        <Line term={t("receipt.notional")}>{money(estimate.notional)}</Line>
        <Line term={t("receipt.fee")}>
          {money(fee)}
          {fees && <span className="muted receipt-rates">{t("receipt.rates", { ...fees })}</span>}
        </Line>
        <Line term={t("receipt.cash")}>
          <BeforeAfter before={money(estimate.cash_before)} after={allowed ? money(estimate.cash_after) : null} />
        </Line>
        {lacksCash && <Line term={t("receipt.missing")}>{money(subtract("0", estimate.cash_after ?? "0"))}</Line>}
        <Line term={t("receipt.holding", { symbol })}>
          <BeforeAfter before={quantity(estimate.holding_before)} after={allowed ? quantity(estimate.holding_after) : null} />
        </Line>
        {lacksHolding && <Line term={t("receipt.missing")}>{`${quantity(subtract("0", estimate.holding_after))} ${symbol}`}</Line>}
        {allowed && estimate.hold_amount !== null && <Line term={t("receipt.hold")}>{held}</Line>}
        {allowed && expires_at !== null && <Line term={t("receipt.expires")}>{dateTime(expires_at)}</Line>}
      </dl>
      {explanation.length > 0 && (
        <ul className="explanation" aria-label={t("receipt.explanation")}>
          {explanation.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function Line({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function BeforeAfter({ before, after }: { before: string; after: string | null }) {
  const { t } = useTranslation();
  if (after === null) return before;
  return (
    <>
      <span className="muted">{before}</span>
      <span aria-hidden="true" className="muted">
        {" → "}
      </span>
      <span className="visually-hidden">{t("receipt.then")}</span>
      <strong>{after}</strong>
    </>
  );
}

/** Every refusal has a code, a sentence and a next step. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const { t } = useTranslation();
  return (
    <ul className="reasons">
      {reasons.map((reason) => (
        <li key={reason.code}>
          <p className="reason-message">{reason.message}</p>
          {reason.next_step && <p>{reason.next_step}</p>}
          <p className="reason-source">
            <code>{reason.code}</code>
            {reason.citation && <span>{reason.citation}</span>}
            {reason.until && <span>{t("refusal.until", { at: dateTime(reason.until) })}</span>}
          </p>
        </li>
      ))}
    </ul>
  );
}
