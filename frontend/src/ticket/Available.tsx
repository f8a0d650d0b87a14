import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { Listing } from "../api/types";
import { useBalances } from "../portfolio/useBalances";
import { divideDown, min, parseDecimal, sign } from "../ui/decimal";
import { money, quantity } from "../ui/format";
import type { Draft } from "./draft";

interface Props {
  account: string;
  listing: Listing;
  draft: Draft;
  onPick: (qty: string) => void;
}

/** The price a buyer's cash is divided by; what has no limit of its own is the preview's to reckon. */
function limitOf({ kind, stop_type, price, stop_limit_px }: Draft): string | null {
  if (kind === "LIMIT") return parseDecimal(price);
  return kind === "STOP" && stop_type === "STOP_LIMIT" ? parseDecimal(stop_limit_px) : null;
}

/** What there is to spend or to sell, and the whole of it at one press. */
export function Available({ account, listing, draft, onPick }: Props) {
  const { t } = useTranslation();
  const { data: balances } = useBalances(account);
  if (!balances) return null;
  const { symbol, lot_size, max_order_qty } = listing;
  const holding = balances.holdings.find((row) => row.symbol === symbol)?.available ?? "0";
  const cash = balances.cash.available;
  const price = limitOf(draft);
  const affordable = price && sign(price) > 0 ? divideDown(cash, price, lot_size) : null;
  const most = draft.side === "SELL" ? divideDown(holding, "1", lot_size) : affordable;
  return (
    <p className="available">
      <span>
        {t("ticket.available")} <strong>{draft.side === "BUY" ? money(cash) : `${quantity(holding)} ${symbol}`}</strong>
      </span>
      {most !== null && sign(most) > 0 && (
        <Button className="link-button" onPress={() => onPick(min(most, max_order_qty))}>
          {t("ticket.max", { qty: quantity(min(most, max_order_qty)) })}
        </Button>
      )}
    </p>
  );
}
