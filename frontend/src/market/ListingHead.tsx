import { useTranslation } from "react-i18next";

import type { Band, Listing } from "../api/types";
import { Change } from "../ui/Change";
import { Icon } from "../ui/Icon";
import { priceDecimals } from "../ui/decimal";
import { compact, price } from "../ui/format";
import { MarketSwitch } from "./MarketSwitch";
import { PhaseLine } from "./PhaseLine";
import { Standing } from "./Standing";

export function ListingHead({ listing }: { listing: Listing }) {
  const { t } = useTranslation();
  const { symbol, name, stats, tick_size, reference_px, bands } = listing;
  const band = (edges: Band) => edges?.map((px) => price(px, tick_size)).join(" – ");
  const figures: [label: string, value: string | undefined][] = [
    [t("stat.open"), price(stats.open_px, tick_size)],
    [t("stat.high"), price(stats.high_px, tick_size)],
    [t("stat.low"), price(stats.low_px, tick_size)],
    [t("stat.prev_close"), price(stats.prev_close_px, tick_size)],
    [t("stat.volume"), compact(stats.volume)],
    [t("stat.vwap"), price(stats.vwap, tick_size)],
    [t("stat.reference"), reference_px === null ? undefined : price(reference_px, tick_size)],
    [t("stat.static_band"), band(bands.static)],
    [t("stat.dynamic_band"), band(bands.dynamic)],
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
            <PhaseLine listing={listing} />
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
          {figures.map(
            ([label, value]) =>
              value !== undefined && (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
        <p className="listing-access">
          <Icon name="info" />
          <span>{listing.access_note}</span>
        </p>
      </header>
      <Standing listing={listing} />
    </>
  );
}
