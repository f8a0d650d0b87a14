import { useTranslation } from "react-i18next";

import type { Listing } from "../api/types";
import { useReason } from "../orders/reason";
import { Change } from "../ui/Change";
import { Icon } from "../ui/Icon";
import { priceDecimals } from "../ui/decimal";
import { compact, dateTime, price } from "../ui/format";
import { MarketSwitch } from "./MarketSwitch";
import { StateBadge } from "./StateBadge";

export function ListingHead({ listing }: { listing: Listing }) {
  const { t } = useTranslation();
  const { symbol, name, stats, tick_size, state } = listing;
  const figures: [label: string, value: string][] = [
    [t("stat.open"), price(stats.open_px, tick_size)],
    [t("stat.high"), price(stats.high_px, tick_size)],
    [t("stat.low"), price(stats.low_px, tick_size)],
    [t("stat.prev_close"), price(stats.prev_close_px, tick_size)],
    [t("stat.volume"), compact(stats.volume)],
  ];
  return (
    <>
      <header className="listing-head">
        <div className="listing-name">
          <h1>
            <MarketSwitch symbol={symbol} />
            <span className="listing-full">{name}</span>
          </h1>
          <p className="listing-facts">
            <StateBadge state={state} />
            <span>{t(`kind.${listing.kind}`)}</span>
            <span>{t(`exemption.${listing.exemption}`)}</span>
            <span className="listing-issuer">{listing.issuer}</span>
          </p>
        </div>
        <div className="listing-last">
          <span className="listing-price">{price(stats.last_px, tick_size)}</span>
          <Change px={stats.change_px} pct={stats.change_pct} decimals={priceDecimals(tick_size)} />
        </div>
        <dl className="listing-stats">
          {figures.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="listing-access">
          <Icon name="info" />
          <span>{listing.access_note}</span>
        </p>
      </header>
      <StoppedBanner listing={listing} />
    </>
  );
}

function StoppedBanner({ listing: { state, halt, symbol } }: { listing: Listing }) {
  const { t } = useTranslation();
  const reason = useReason();
  if (state === "CONTINUOUS") return null;
  return (
    <div className="banner">
      <Icon name="warning" />
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
        <p className="muted">{t(`banner.meaning.${state}`)}</p>
      </div>
    </div>
  );
}
