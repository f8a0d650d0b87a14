import { useRef, useState } from "react";
import { Input, Label, SearchField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { Listing } from "../api/types";
import { useLiveListings } from "../feed/useMarkets";
import { Icon } from "../ui/Icon";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { SHORTCUTS, useShortcut } from "../ui/shortcuts";
import { useTitle } from "../ui/useTitle";
import { MarketTable } from "./MarketTable";
import "./market-list.css";

const matches = (listing: Listing, words: string[]): boolean => {
  const text = `${listing.symbol} ${listing.name} ${listing.issuer}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

export function MarketListPage() {
  const { t } = useTranslation();
  const { data: listings, error } = useLiveListings();
  const [search, setSearch] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useShortcut(SHORTCUTS.search, () => input.current?.focus());
  useTitle("");

  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = listings?.filter((listing) => matches(listing, words));
  const open = listings?.filter(({ state }) => state === "CONTINUOUS").length ?? 0;

  return (
    <main id="main" className="page market-list">
      <div className="page-head">
        <div>
          <h1>{t("nav.markets")}</h1>
          <p className="muted">{listings ? t("markets.summary", { count: listings.length, open }) : " "}</p>
        </div>
        <SearchField className="search" value={search} onChange={setSearch}>
          <Label className="visually-hidden">{t("markets.search")}</Label>
          <Icon name="search" />
          <Input ref={input} className="input" placeholder={t("markets.search")} aria-keyshortcuts={SHORTCUTS.search} />
          <kbd aria-hidden="true">{SHORTCUTS.search}</kbd>
        </SearchField>
      </div>
      {error && !listings && <ErrorNote error={error} />}
      {!listings && !error && <Loading />}
      {shown && (shown.length > 0 ? <MarketTable listings={shown} /> : <p className="empty">{t("markets.none_found")}</p>)}
      <footer className="page-foot muted">
        <p>{t("venue.about")}</p>
        <p>
          <a href="/api/docs/">{t("venue.api")}</a>
        </p>
      </footer>
    </main>
  );
}
