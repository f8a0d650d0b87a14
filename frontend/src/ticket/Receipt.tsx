import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Listing, Preview, Reason } from "../api/types";
import { dateTime, money, price, quantity } from "../ui/format";

/** Before and after, as the server computed them. */
export function Receipt({ preview, listing, dimmed }: { preview: Preview; listing: Listing; dimmed: boolean }) {
  const { t } = useTranslation();
  const { estimate } = preview;
  const { symbol, tick_size } = listing;
  const held = estimate.hold_asset === symbol ? `${quantity(estimate.hold_amount)} ${symbol}` : money(estimate.hold_amount);
  return (
    <dl className="receipt" aria-busy={dimmed}>
      {estimate.protection_px !== null && (
        <Line term={t("receipt.worst_price")}>{price(estimate.protection_px, tick_size)}</Line>
      )}
      <Line term={t("receipt.notional")}>{money(estimate.notional)}</Line>
      <Line term={t("receipt.fees")}>{money(estimate.fees)}</Line>
      <Line term={t("receipt.cash")}>
        <BeforeAfter before={money(estimate.cash_before)} after={money(estimate.cash_after)} />
      </Line>
      <Line term={t("receipt.holding", { symbol })}>
        <BeforeAfter before={quantity(estimate.holding_before)} after={quantity(estimate.holding_after)} />
      </Line>
      {estimate.hold_amount !== null && <Line term={t("receipt.hold")}>{held}</Line>}
      {estimate.expire_at !== null && <Line term={t("receipt.expires")}>{dateTime(estimate.expire_at)}</Line>}
    </dl>
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

function BeforeAfter({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation();
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
