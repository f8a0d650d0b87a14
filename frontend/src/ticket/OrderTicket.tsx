import { type Dispatch, type FormEvent, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Listing, Side } from "../api/types";
import type { Connection } from "../feed/status";
import { useAccount } from "../session/AccountContext";
import { useSignInPath } from "../session/AccountMenu";
import { useSession } from "../session/useSession";
import { Choice } from "../ui/Choice";
import { price } from "../ui/format";
import { SHORTCUTS, useShortcut } from "../ui/shortcuts";
import { Available } from "./Available";
import { type Draft, type DraftAction, TIMES_IN_FORCE, bodyOf, problemsOf } from "./draft";
import { Reasons, Receipt } from "./Receipt";
import { Refused } from "./Refused";
import { StaleConfirm } from "./StaleConfirm";
import { StepField, startOf } from "./StepField";
import { useSentence } from "./sentence";
import { usePreview, useSubmission } from "./useTicket";
import "./ticket.css";

interface Props {
  listing: Listing;
  connection: Connection;
  draft: Draft;
  onChange: Dispatch<DraftAction>;
}

export function OrderTicket({ listing, connection, draft, onChange }: Props) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const open = useAccount();
  const signInPath = useSignInPath();
  const sentence = useSentence();
  const [shownProblems, setShownProblems] = useState({ price: false, order_qty: false });
  const [confirming, setConfirming] = useState(false);
  const priceInput = useRef<HTMLInputElement>(null);
  const qtyInput = useRef<HTMLInputElement>(null);

  const { symbol, state, tick_size, lot_size, max_order_qty } = listing;
  const problems = problemsOf(draft, listing);
  const body = open && bodyOf(draft, listing, open.account.id, symbol);
  const preview = usePreview(body, state);
  const { submission, submit, clear } = useSubmission(open);

  function edit(action: DraftAction) {
    if (submission.state !== "sending") clear();
    onChange(action);
  }

  function chooseSide(side: Side) {
    edit({ type: "side", side });
    const isPriced = draft.ord_type === "MARKET" || (draft.price !== "" && draft.order_qty === "");
    (isPriced ? qtyInput : priceInput).current?.focus();
  }
  useShortcut(SHORTCUTS.buy, () => chooseSide("BUY"));
  useShortcut(SHORTCUTS.sell, () => chooseSide("SELL"));
  useShortcut(SHORTCUTS.price, () => priceInput.current?.focus());
  useShortcut(SHORTCUTS.quantity, () => qtyInput.current?.focus());

  async function send() {
    setConfirming(false);
    if (body && (await submit(body))) {
      onChange({ type: "sent" });
      setShownProblems({ price: false, order_qty: false });
    }
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    setShownProblems({ price: true, order_qty: true });
    if (!body) {
      (problems.price ? priceInput : qtyInput).current?.focus();
      return;
    }
    if (submission.state === "sending" || state !== "CONTINUOUS") return;
    if (connection.state === "stale" || connection.state === "connecting") setConfirming(true);
    else void send();
  }

  const facts = { tick: price(tick_size, tick_size), lot: lot_size, max: max_order_qty };
  const problemOf = (field: "price" | "order_qty") => {
    const code = problems[field];
    return code && shownProblems[field] ? t(`problem.${code}`, facts) : undefined;
  };
  function buttonText(): string {
    if (submission.state === "sending") return t("ticket.sending");
    if (state !== "CONTINUOUS") return t(`banner.${state}`, { symbol });
    return body ? sentence(body, tick_size) : t(`ticket.submit.${draft.side}`, { symbol });
  }

  const { stats } = listing;
  const from = startOf(draft.side === "BUY" ? stats.ask_px : stats.bid_px, stats.last_px, stats.prev_close_px);

  return (
    <form className="ticket" aria-label={t("ticket.title")} onSubmit={onSubmit} noValidate>
      <Choice
        className="choice-side"
        label={t("ticket.side")}
        hideLabel
        value={draft.side}
        onChange={(side) => edit({ type: "side", side })}
        options={[
          { value: "BUY", text: t("side.BUY") },
          { value: "SELL", text: t("side.SELL") },
        ]}
      />
      <div className="ticket-row">
        <Choice
          label={t("ticket.ord_type")}
          value={draft.ord_type}
          onChange={(ord_type) => edit({ type: "ord_type", ord_type })}
          options={[
            { value: "LIMIT", text: t("ord_type.LIMIT") },
            { value: "MARKET", text: t("ord_type.MARKET") },
          ]}
        />
        <Choice
          label={t("ticket.time_in_force")}
          value={draft.time_in_force}
          onChange={(time_in_force) => edit({ type: "time_in_force", time_in_force })}
          options={TIMES_IN_FORCE[draft.ord_type].map((value) => ({ value, text: t(`tif.${value}`) }))}
        />
      </div>
      <p className="ticket-explain">{t(`tif_explained.${draft.time_in_force}`)}</p>
      {draft.ord_type === "LIMIT" ? (
        <StepField
          label={t("ticket.price")}
          unit="USD"
          hint={t("ticket.price_hint", facts)}
          value={draft.price}
          problem={problemOf("price")}
          shortcut={SHORTCUTS.price}
          inputRef={priceInput}
          onChange={(text) => edit({ type: "field", field: "price", text })}
          onStep={(steps) => edit({ type: "step", field: "price", step: tick_size, steps, from })}
          onBlur={() => setShownProblems((shown) => ({ ...shown, price: draft.price !== "" }))}
        />
      ) : (
        <p className="ticket-note">{t("ticket.market_note", { percent: String(listing.protection_bps / 100) })}</p>
      )}
      <StepField
        label={t("ticket.quantity")}
        unit={symbol}
        hint={t("ticket.quantity_hint", facts)}
        value={draft.order_qty}
        problem={problemOf("order_qty")}
        shortcut={SHORTCUTS.quantity}
        inputRef={qtyInput}
        onChange={(text) => edit({ type: "field", field: "order_qty", text })}
        onStep={(steps) => edit({ type: "step", field: "order_qty", step: lot_size, steps, from: null })}
        onBlur={() => setShownProblems((shown) => ({ ...shown, order_qty: draft.order_qty !== "" }))}
      />
      {open && <Available account={open.account.id} listing={listing} draft={draft} onPick={(text) => edit({ type: "field", field: "order_qty", text })} />}

      {body && preview.data && (
        <div aria-live="polite">
          <Receipt preview={preview.data} listing={listing} dimmed={preview.isPlaceholderData} />
          {!preview.data.allowed && submission.state !== "refused" && (
            <div className="warning">
              <p className="warning-title">{t("ticket.would_be_refused")}</p>
              <Reasons reasons={preview.data.reasons} />
            </div>
          )}
        </div>
      )}

      {submission.state === "refused" && <Refused error={submission.error} />}
      {session && !session.signed_in ? (
        <Link className="button button-accent button-wide" to={signInPath}>
          {t("ticket.sign_in")}
        </Link>
      ) : (
        <Button
          className={`button button-wide button-${draft.side.toLowerCase()}`}
          type="submit"
          isPending={submission.state === "sending"}
          isDisabled={!open || state !== "CONTINUOUS"}
        >
          {buttonText()}
        </Button>
      )}
      {open && state !== "CONTINUOUS" && <p className="ticket-note">{t(`banner.meaning.${state}`)}</p>}
      {open === null && session?.signed_in && <p className="ticket-note">{t("session.no_account")}</p>}
      <p className="ticket-sent" role="status">
        {submission.state === "sent" ? t("ticket.sent", { sentence: sentence(submission.order, tick_size) }) : ""}
      </p>
      {body && (
        <StaleConfirm
          isOpen={confirming}
          connection={connection}
          sentence={sentence(body, tick_size)}
          onCancel={() => setConfirming(false)}
          onConfirm={() => void send()}
        />
      )}
    </form>
  );
}
