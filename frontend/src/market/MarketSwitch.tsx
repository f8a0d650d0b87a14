import { useState } from "react";
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
  Input,
  Label,
  Menu,
  MenuItem,
  Popover,
  SearchField,
  useFilter,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useListings } from "../feed/useMarkets";
import { Icon } from "../ui/Icon";
import { price, signed } from "../ui/format";
import { SHORTCUTS, useShortcut } from "../ui/shortcuts";

/** The symbol in the heading opens a searchable list of the other markets. */
export function MarketSwitch({ symbol }: { symbol: string }) {
  const { t } = useTranslation();
  const { data: listings = [] } = useListings();
  const navigate = useNavigate();
  const { contains } = useFilter({ sensitivity: "base" });
  const [isOpen, setOpen] = useState(false);
  useShortcut(SHORTCUTS.search, () => setOpen(true));

  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="market-switch" aria-keyshortcuts={SHORTCUTS.search}>
        <span className="symbol">{symbol}</span>
        <span className="visually-hidden">{t("market.switch")}</span>
        <Icon name="chevron" />
      </Button>
      <Popover className="popover market-switch-popover" placement="bottom start">
        <Dialog aria-label={t("market.switch")}>
          <Autocomplete filter={contains}>
            <SearchField className="search" autoFocus>
              <Label className="visually-hidden">{t("markets.search")}</Label>
              <Icon name="search" />
              <Input className="input" placeholder={t("markets.search")} />
            </SearchField>
            <Menu className="menu" items={listings} aria-label={t("nav.markets")} renderEmptyState={() => t("markets.none_found")}>
              {(listing) => (
                <MenuItem
                  id={listing.symbol}
                  className="menu-item menu-item-market"
                  textValue={`${listing.symbol} ${listing.name}`}
                  onAction={() => {
                    setOpen(false);
                    void navigate(`/markets/${encodeURIComponent(listing.symbol)}`);
                  }}
                >
                  <span className="symbol">{listing.symbol}</span>
                  <span className="muted">{listing.name}</span>
                  <span className="num">{price(listing.stats.last_px, listing.tick_size)}</span>
                  <span className="num muted">{signed(listing.stats.change_pct, 2, "%")}</span>
                </MenuItem>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
