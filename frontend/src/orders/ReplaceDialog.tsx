import { type FormEvent, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { Order } from "../api/types";
import { useListings } from "../feed/useMarkets";
import type { OpenAccount } from "../session/AccountContext";
import { Refused } from "../ticket/Refused";
import { StepField } from "../ticket/StepField";
import { type Intent, intentFor } from "../ticket/intent";
import { Dialog } from "../ui/Dialog";
import { nudge, parseDecimal, priceText } from "../ui/decimal";
import { price, quantity } from "../ui/format";
import { type Term, type Terms, asEntered, changedTerms, isWaiting, keepsPlace, problemOf, replacementOf, termsOf } from "./terms";

interface Props {
  order: Order;
  open: OpenAccount;
  onClose: () => void;
}

export function ReplaceDialog({ order, open, onClose }: Props) {
  const { t } = useTranslation();
  const { data: listings } = useListings();
  const listing = listings?.find(({ symbol }) => symbol === order.symbol);
  const [terms, setTerms] = useState<Terms>(() => asEntered(order));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const intent = useRef<Intent | null>(null);
  if (!listing) return null;

  const { tick_size, lot_size, max_order_qty } = listing;
  const facts = { tick: price(tick_size, tick_size), lot: lot_size, max: max_order_qty };
  const isFaulty = termsOf(order).some((term) => problemOf(term, terms, order, listing));
  const changed = changedTerms(terms, order);
  const body = isFaulty || changed.length === 0 ? null : replacementOf(terms, order);
  const place = keepsPlace(terms, order) ? "replace.keeps_place" : isWaiting(order) ? "replace.waits_anew" : "replace.loses_place";

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (body === null || busy) return;
    intent.current = intentFor(body, intent.current);
    setBusy(true);
    try {
      const answer = await call(
        api.POST("/api/v1/orders/{order_id}/replace", {
          params: { path: { order_id: asId(order.id) } },
          body: { ...body, cl_ord_id: intent.current.clOrdId },
        }),
      );
      open.feed.changeSent(answer.order, answer.pending);
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.definitive) intent.current = null;
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  const field = (term: Term) => {
    const code = problemOf(term, terms, order, listing);
    const step = term === "order_qty" ? lot_size : tick_size;
    const set = (text: string) => setTerms({ ...terms, [term]: text });
    const stepTo = (steps: number) => nudge(parseDecimal(terms[term]), step, steps);
    return (
      <StepField
        key={term}
        label={t(term === "order_qty" ? "replace.quantity" : `ticket.${term}`)}
        unit={term === "order_qty" ? order.symbol : "USD"}
        hint={t(term === "order_qty" ? "ticket.quantity_hint" : "ticket.price_hint", facts)}
        value={terms[term]}
        problem={code && t(`problem.${code}`, facts)}
        onChange={set}
        onStep={(steps) => set(term === "order_qty" ? stepTo(steps) : priceText(stepTo(steps), tick_size))}
      />
    );
  };

  function buttonText(): string {
    if (!body) return t("replace.submit");
    const shown = { qty: quantity(body.order_qty), px: price(body.price, tick_size), stop: price(body.stop_px, tick_size) };
    if (body.stop_px && body.price) return t("replace.submit_stop_limit", shown);
    if (body.stop_px) return t("replace.submit_stop", shown);
    return body.price ? t("replace.submit_to", shown) : t("replace.submit_qty", shown);
  }

  return (
    <Dialog title={t("replace.title", { side: t(`side.${order.side}`), symbol: order.symbol })} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        {termsOf(order).map(field)}
        <p className="muted">
          {t("replace.filled", { cum: quantity(order.cum_qty) })} {changed.length > 0 && t(place)}
        </p>
        {error && <Refused error={error} />}
        <div className="dialog-actions">
          <Button className="button button-quiet" onPress={onClose}>{t("replace.keep")}</Button>
          {/* Not isPending: that is announced in the name of a button which by then has gone with its dialog. */}
          <Button className={`button button-accent${busy ? " button-busy" : ""}`} type="submit" isDisabled={changed.length === 0}>
            {buttonText()}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
