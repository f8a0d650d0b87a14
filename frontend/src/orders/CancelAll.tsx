import { useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { Side } from "../api/types";
import type { ShownOrder } from "../feed/accountFeed";
import type { OpenAccount } from "../session/AccountContext";
import { Refused } from "../ticket/Refused";
import { type Intent, intentFor } from "../ticket/intent";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";

interface Props {
  open: OpenAccount;
  orders: ShownOrder[];
  symbol: string | undefined;
  onClose: () => void;
}

type Which = Side | "ALL";
type Where = "HERE" | "EVERYWHERE";

/** Asks first: which orders, and how many they are. */
export function CancelAll({ open, orders, symbol, onClose }: Props) {
  const { t } = useTranslation();
  const [which, setWhich] = useState<Which>("ALL");
  const [where, setWhere] = useState<Where>(symbol ? "HERE" : "EVERYWHERE");
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const intent = useRef<Intent | null>(null);

  const inPlace = orders.filter((order) => where === "EVERYWHERE" || order.symbol === symbol);
  const isMeant = (choice: Which) => (order: ShownOrder) => choice === "ALL" || order.side === choice;
  const meant = inPlace.filter(isMeant(which));

  async function submit() {
    const body = {
      account: asId(open.account.id),
      ...(where === "HERE" && symbol !== undefined && { symbol }),
      ...(which !== "ALL" && { side: which }),
    };
    intent.current = intentFor(body, intent.current);
    setBusy(true);
    try {
      await call(api.POST("/api/v1/orders/cancel-all", { body: { ...body, cl_ord_id: intent.current.clOrdId } }));
      for (const order of meant) open.feed.changeSent(order, "PENDING_CANCEL");
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
    <Dialog title={t("cancel_all.title")} isOpen onClose={onClose} role="alertdialog">
      {symbol !== undefined && (
        <Choice
          label={t("cancel_all.where")}
          value={where}
          onChange={setWhere}
          options={[
            { value: "HERE", text: t("cancel_all.here", { symbol }) },
            { value: "EVERYWHERE", text: t("cancel_all.everywhere") },
          ]}
        />
      )}
      <Choice
        label={t("cancel_all.which")}
        value={which}
        onChange={setWhich}
        options={(["ALL", "BUY", "SELL"] as const).map((value) => ({
          value,
          text: `${t(`cancel_all.side.${value}`)} (${inPlace.filter(isMeant(value)).length})`,
        }))}
      />
      <p className="muted">{t("cancel_all.explain")}</p>
      {error && <Refused error={error} />}
      <div className="dialog-actions">
        <Button className="button button-quiet" onPress={onClose} autoFocus>
          {t("cancel_all.keep")}
        </Button>
        <Button className="button button-accent" onPress={() => void submit()} isDisabled={meant.length === 0} isPending={busy}>
          {t("cancel_all.submit", { count: meant.length })}
        </Button>
      </div>
    </Dialog>
  );
}
