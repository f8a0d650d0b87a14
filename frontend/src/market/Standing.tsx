import { useTranslation } from "react-i18next";

import type { Auction, Listing } from "../api/types";
import { useReason } from "../orders/reason";
import { Countdown } from "../ui/Countdown";
import { Icon } from "../ui/Icon";
import { sign } from "../ui/decimal";
import { dateTime, price, quantity } from "../ui/format";
import { isCall } from "./phases";

/** What people must know of a market that does not trade continuously. */
export function Standing({ listing }: { listing: Listing }) {
  if (listing.state === "CONTINUOUS") return null;
  if (isCall(listing.state)) return <AuctionPanel listing={listing} />;
  return <StoppedBanner listing={listing} />;
}

function StoppedBanner({ listing: { state, halt, symbol } }: { listing: Listing }) {
  const { t } = useTranslation();
  const reason = useReason();
  if (state === "CONTINUOUS") return null;
  const isCalm = state === "CLOSED" || state === "PRE_OPEN";
  return (
    <div className={isCalm ? "banner banner-calm" : "banner"}>
      <Icon name={isCalm ? "info" : "warning"} />
      <div>
        <p className="banner-title">
          {t(`banner.${state}`, { symbol })}
          {halt && (
            <>
              <span>{reason(halt.code)}</span>
              <code>{halt.code}</code>
              <span className="banner-since">{t("banner.since", { at: dateTime(halt.since) })}</span>
            </>
          )}
        </p>
        {halt?.note && <p>{halt.note}</p>}
        {halt?.resume_at && (
          <p className="strong">
            {t("banner.resumes", { at: dateTime(halt.resume_at) })} <Countdown at={halt.resume_at} />
          </p>
        )}
        <p className="muted">{t(`banner.meaning.${state}`)}</p>
      </div>
    </div>
  );
}

/** What an uncrossing at this moment would give (AUCT-010). */
export function AuctionPanel({ listing: { state, auction, symbol, tick_size, lot_size } }: { listing: Listing }) {
  const { t } = useTranslation();
  if (state === "CONTINUOUS") return null;
  const hasPrice = auction !== null && auction.px !== null;
  return (
    <section className="auction" aria-labelledby="auction-title">
      <div className="auction-words">
        <h2 id="auction-title">{t(`banner.${state}`, { symbol })}</h2>
        <p className="muted">{t(`banner.meaning.${state}`)}</p>
      </div>
      <dl className="auction-figures">
        <div>
          <dt>{t("auction.price")}</dt>
          <dd className="auction-price">{hasPrice ? price(auction.px, tick_size) : t("auction.no_price")}</dd>
        </div>
        <div>
          <dt>{t("auction.volume")}</dt>
          <dd>{hasPrice ? quantity(auction.qty, lot_size) : t("auction.none")}</dd>
        </div>
        <div>
          <dt>{t("auction.surplus")}</dt>
          <dd>{auction === null ? t("auction.none") : <Surplus auction={auction} />}</dd>
        </div>
      </dl>
    </section>
  );
}

function Surplus({ auction: { surplus_side, surplus_qty } }: { auction: Auction }) {
  const { t } = useTranslation();
  if (surplus_side === null || sign(surplus_qty) === 0) return t("auction.balanced");
  const className = surplus_side === "BUY" ? "rise" : "fall";
  return <span className={className}>{t(`auction.left.${surplus_side}`, { qty: quantity(surplus_qty) })}</span>;
}
