import { type FormEvent, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { Order } from "../api/types";
import { useListings } from "../feed/useMarkets";
import type { OpenAccount } from "../session/AccountContext";
import { Refused } from "../ticket/Refused";
import { StepField } from "../ticket/StepField";
import { type Draft, NEW_DRAFT, change, problemsOf } from "../ticket/draft";
import { type Intent, intentFor } from "../ticket/intent";
import { Dialog } from "../ui/Dialog";
import { compare, parseDecimal } from "../ui/decimal";
import { price, quantity } from "../ui/format";

interface Props {
  order: Order;
  open: OpenAccount;
  onClose: () => void;
}

export function ReplaceDialog({ order, open, onClose }: Props) {
  const { t } = useTranslation();
  const { data: listings } = useListings();
  const listing = listings?.find(({ symbol }) => symbol === order.symbol);
  const [draft, setDraft] = useState<Draft>({ ...NEW_DRAFT, side: order.side, price: order.price ?? "", order_qty: order.order_qty });
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const intent = useRef<Intent | null>(null);
  if (!listing) return null;

  const { tick_size, lot_size, max_order_qty } = listing;
  const problems = problemsOf(draft, listing);
  const facts = { tick: price(tick_size, tick_size), lot: lot_size, max: max_order_qty };
  const px = parseDecimal(draft.price);
  const qty = parseDecimal(draft.order_qty);
  const belowFilled = qty !== null && compare(qty, order.cum_qty) <= 0;
  const samePrice = px !== null && compare(px, order.price ?? "0") === 0;
  const unchanged = samePrice && qty !== null && compare(qty, order.order_qty) === 0;
  const qtyProblem = problems.order_qty ? t(`problem.${problems.order_qty}`, facts) : belowFilled ? t("problem.QTY_NOT_ABOVE_CUM") : undefined;
  const keepsPlace = samePrice && qty !== null && compare(qty, order.order_qty) < 0;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (px === null || qty === null || problems.price || qtyProblem || unchanged || busy) return;
    const body = { order_qty: qty, price: px };
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

  return (
    <Dialog title={t("replace.title", { side: t(`side.${order.side}`), symbol: order.symbol })} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <StepField
          label={t("ticket.price")}
          unit="USD"
          hint={t("ticket.price_hint", facts)}
          value={draft.price}
          problem={problems.price && t(`problem.${problems.price}`, facts)}
          onChange={(text) => setDraft(change(draft, { type: "field", field: "price", text }))}
          onStep={(steps) => setDraft(change(draft, { type: "step", field: "price", step: tick_size, steps, from: null }))}
        />
        <StepField
          label={t("replace.quantity")}
          unit={order.symbol}
          hint={t("ticket.quantity_hint", facts)}
          value={draft.order_qty}
          problem={qtyProblem}
          onChange={(text) => setDraft(change(draft, { type: "field", field: "order_qty", text }))}
          onStep={(steps) => setDraft(change(draft, { type: "step", field: "order_qty", step: lot_size, steps, from: null }))}
        />
        <p className="muted">
          {t("replace.filled", { cum: quantity(order.cum_qty) })} {!unchanged && t(keepsPlace ? "replace.keeps_place" : "replace.loses_place")}
        </p>
        {error && <Refused error={error} />}
        <div className="dialog-actions">
          <Button className="button button-quiet" onPress={onClose}>{t("replace.keep")}</Button>
          <Button className="button button-accent" type="submit" isDisabled={unchanged} isPending={busy}>
            {px !== null && qty !== null && !unchanged
              ? t("replace.submit_to", { qty: quantity(qty), px: price(px, tick_size) })
              : t("replace.submit")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
