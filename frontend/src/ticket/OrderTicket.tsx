import { type Dispatch, type FormEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Listing, Side } from "../api/types";
import type { Connection } from "../feed/status";
import { lacksCall } from "../market/phases";
import { useSchedule } from "../market/useSchedule";
import { useAccount } from "../session/AccountContext";
import { useSignInPath } from "../session/AccountMenu";
import { RoleNote, may } from "../session/roles";
import { useSession } from "../session/useSession";
import { Choice } from "../ui/Choice";
import { SelectField } from "../ui/SelectField";
import { price } from "../ui/format";
import { SHORTCUTS, useShortcut } from "../ui/shortcuts";
import { Advanced } from "./Advanced";
import { Available } from "./Available";
import { GoodTill } from "./GoodTill";
import { Receipt, Reasons } from "./Receipt";
import { Refused } from "./Refused";
import { StaleConfirm } from "./StaleConfirm";
import { StepField, startOf } from "./StepField";
import { type Draft, type DraftAction, conditionsAsked } from "./draft";
import { type Field, KINDS, type PriceField, type QtyField, STOP_TYPES, TIMES_IN_FORCE, actsAtOnce, conditionsOf, isShut, priceFieldsOf } from "./kinds";
import { problemsOf } from "./problems";
import { entryOf } from "./request";
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
  const [shownProblems, setShownProblems] = useState<Partial<Record<Field, boolean>>>({});
  const [showAll, setShowAll] = useState(false);
  const [advanced, setAdvanced] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const { symbol, state, tick_size, lot_size, max_order_qty } = listing;
  const schedule = useSchedule(listing);
  const problems = problemsOf(draft, listing);
  const mayTrade = open !== null && may(open.account, "TRADER");
  const entry = mayTrade ? entryOf(draft, listing, open.account.id, symbol) : null;
  const preview = usePreview(entry, open?.account.id, state);
  const { submission, submit, clear } = useSubmission(open);
  const priceFields = priceFieldsOf(draft);
  const [firstPrice] = priceFields;

  const asked = conditionsAsked(draft);
  const cannotWait = actsAtOnce(draft) || asked.includes("post_only") || asked.includes("min_qty");
  const isBarred = isShut(state) || (state !== "CONTINUOUS" && cannotWait);

  function edit(action: DraftAction) {
    if (submission.state !== "sending") clear();
    onChange(action);
  }

  const find = (selector: string) => form.current?.querySelector<HTMLInputElement>(selector);
  const focusOn = (field: Field | undefined) => field && find(`[name="${field}"]`)?.focus();

  function chooseSide(side: Side) {
    edit({ type: "side", side });
    const isPriced = firstPrice === undefined || (draft[firstPrice] !== "" && draft.order_qty === "");
    focusOn(isPriced ? "order_qty" : firstPrice);
  }
  useShortcut(SHORTCUTS.buy, () => chooseSide("BUY"));
  useShortcut(SHORTCUTS.sell, () => chooseSide("SELL"));
  useShortcut(SHORTCUTS.type, () => find(".choice-kind input:checked")?.focus());
  useShortcut(SHORTCUTS.price, () => focusOn(firstPrice));
  useShortcut(SHORTCUTS.quantity, () => focusOn("order_qty"));

  async function send() {
    setConfirming(false);
    if (entry && (await submit(entry))) {
      onChange({ type: "sent" });
      setShowAll(false);
      setShownProblems({});
    }
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (open && !mayTrade) return;
    if (!entry) {
      const [faulty] = Object.keys(problems) as Field[];
      // A fault in a closed part of the ticket must be on screen before it can have the focus.
      flushSync(() => {
        setShowAll(true);
        if (faulty === "display_qty" || faulty === "min_qty") setAdvanced(true);
      });
      focusOn(faulty);
      return;
    }
    if (submission.state === "sending" || isBarred) return;
    if (connection.state === "stale" || connection.state === "connecting") setConfirming(true);
    else void send();
  }

  const facts = { tick: price(tick_size, tick_size), lot: lot_size, max: max_order_qty };
  const problemOf = (field: Field) => {
    const code = problems[field];
    return code && (showAll || shownProblems[field]) ? t(`problem.${code}`, facts) : undefined;
  };
  const textOf = (field: Field) => ({
    value: draft[field],
    problem: problemOf(field),
    name: field,
    onChange: (text: string) => edit({ type: "field", field, text }),
    onBlur: () => setShownProblems((shown) => ({ ...shown, [field]: draft[field] !== "" })),
  });

  const { stats } = listing;
  const market = startOf(draft.side === "BUY" ? stats.ask_px : stats.bid_px, stats.last_px, stats.prev_close_px);
  const starts: Record<PriceField, string | null> = {
    price: market,
    stop_px: startOf(stats.last_px, stats.prev_close_px),
    stop_limit_px: draft.stop_px || market,
    trail: null,
  };
  const priceField = (field: PriceField) => (
    <StepField
      key={field}
      {...textOf(field)}
      label={t(`ticket.${field}`)}
      unit="USD"
      hint={t(field === "trail" ? "ticket.trail_hint" : "ticket.price_hint", facts)}
      shortcut={field === firstPrice ? SHORTCUTS.price : undefined}
      onStep={(steps) => edit({ type: "step", field, step: tick_size, steps, from: starts[field] })}
    />
  );
  const stepQty = (field: QtyField) => (steps: number) =>
    edit({ type: "step", field, step: lot_size, steps, from: null });

  function buttonText(): string {
    if (submission.state === "sending") return t("ticket.sending");
    if (isShut(state)) return t(`banner.${state}`, { symbol });
    if (isBarred) return t("ticket.not_in_phase");
    return entry ? sentence(entry, tick_size) : t(`ticket.submit.${draft.side}`, { symbol });
  }

  const conditions = conditionsOf(draft);
  const hasStop = draft.kind === "STOP" || draft.kind === "PAIR";

  return (
    <form className="ticket" ref={form} aria-label={t("ticket.title")} onSubmit={onSubmit} noValidate>
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
          className="choice-kind"
          label={t("ticket.ord_type")}
          value={draft.kind}
          onChange={(kind) => edit({ type: "kind", kind })}
          options={KINDS.map((value) => ({ value, text: t(`kind_of_order.${value}`) }))}
        />
        <SelectField
          label={t("ticket.time_in_force")}
          value={draft.time_in_force}
          onChange={(time_in_force) => edit({ type: "time_in_force", time_in_force })}
          options={TIMES_IN_FORCE[draft.kind].map((value) => ({
            value,
            text: t(`tif.${value}`),
            explanation: t(`tif_explained.${value}`),
            isDisabled: lacksCall(value, state, schedule),
          }))}
        />
      </div>
      {hasStop && (
        <Choice
          className="choice-small"
          label={t("ticket.stop_type")}
          value={draft.stop_type}
          onChange={(stop_type) => edit({ type: "stop_type", stop_type })}
          options={STOP_TYPES.map((value) => ({ value, text: t(`stop_type.${value}`) }))}
        />
      )}
      <p className="ticket-explain">
        {draft.kind !== "STOP" && t(`kind_explained.${draft.kind}`, { percent: String(listing.protection_bps / 100) })}{" "}
        {hasStop && t(`stop_explained.${draft.stop_type}`, { context: draft.stop_type === "TRAILING_STOP" ? draft.side : undefined })}{" "}
        {!hasStop && t(`tif_explained.${draft.time_in_force}`)}
      </p>
      {draft.time_in_force === "GTD" && <GoodTill {...textOf("expire_date")} />}
      {priceFields.map(priceField)}
      <StepField
        {...textOf("order_qty")}
        label={t("ticket.quantity")}
        unit={symbol}
        hint={t("ticket.quantity_hint", facts)}
        shortcut={SHORTCUTS.quantity}
        onStep={stepQty("order_qty")}
      />
      {open && <Available account={open.account.id} listing={listing} draft={draft} onPick={(text) => edit({ type: "field", field: "order_qty", text })} />}
      {conditions.length > 0 && (
        <Advanced
          draft={draft}
          conditions={conditions}
          asked={asked.length}
          symbol={symbol}
          hint={t("ticket.quantity_hint", facts)}
          isOpen={advanced}
          onOpen={setAdvanced}
          onEdit={edit}
          textOf={textOf}
          stepQty={stepQty}
        />
      )}

      {entry && preview.data && (
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
      ) : session && !session.second_factor ? (
        <Link className="button button-accent button-wide" to="/second-factor?next=/">
          {t("ticket.second_factor")}
        </Link>
      ) : (
        <Button
          className={`button button-wide button-${draft.side.toLowerCase()}`}
          type="submit"
          isPending={submission.state === "sending"}
          isDisabled={!mayTrade || isBarred}
        >
          {buttonText()}
        </Button>
      )}
      {open && isBarred && (
        <p className="ticket-note">{isShut(state) ? t(`banner.meaning.${state}`) : t("ticket.only_waiting", { phase: t(`state.${state}`) })}</p>
      )}
      {open && <RoleNote account={open.account} least="TRADER" className="ticket-note" />}
      {open === null && session?.signed_in && <p className="ticket-note">{t("session.no_account")}</p>}
      <p className="ticket-sent" role="status">
        {submission.state === "sent" ? t("ticket.sent", { sentence: sentence(submission.entry, tick_size) }) : ""}
      </p>
      {entry && (
        <StaleConfirm
          isOpen={confirming}
          connection={connection}
          sentence={sentence(entry, tick_size)}
          onCancel={() => setConfirming(false)}
          onConfirm={() => void send()}
        />
      )}
    </form>
  );
}
