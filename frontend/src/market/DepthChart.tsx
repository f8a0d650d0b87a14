import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Listing } from "../api/types";
import type { MarketView } from "../feed/market";
import { price, quantity } from "../ui/format";
import { frameOf, outline, staircase } from "./depth";

const WIDTH = 1000;
const HEIGHT = 400;

export function DepthChart({ listing, view }: { listing: Listing; view: MarketView | null }) {
  const { t } = useTranslation();
  const bids = useMemo(() => staircase(view?.bids ?? []), [view?.bids]);
  const asks = useMemo(() => staircase(view?.asks ?? []), [view?.asks]);
  const frame = frameOf(bids, asks);
  const { symbol, tick_size } = listing;
  if (!frame) return <p className="empty">{t("depth.empty")}</p>;
  const total = (steps: typeof bids) => quantity(steps[steps.length - 1]?.cumulative ?? "0");
  const lowest = price(frame.lowest, tick_size);
  const highest = price(frame.highest, tick_size);
  const facts = { symbol, bid: total(bids), ask: total(asks), lowest, highest };
  return (
    <figure className="depth">
      <svg role="img" aria-label={t("depth.summary", facts)} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        <path className="depth-bids" d={outline(bids, "BUY", frame, WIDTH, HEIGHT)} />
        <path className="depth-asks" d={outline(asks, "SELL", frame, WIDTH, HEIGHT)} />
      </svg>
      {/* The summary says the same to those who do not see the picture. */}
      <figcaption className="depth-scale" aria-hidden="true">
        <span>{lowest}</span>
        <span className="rise">{t("depth.bid", facts)}</span>
        <span className="fall">{t("depth.ask", facts)}</span>
        <span>{highest}</span>
      </figcaption>
    </figure>
  );
}
