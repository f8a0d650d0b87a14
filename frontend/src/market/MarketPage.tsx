import { useMemo, useReducer, useState } from "react";
import { Button, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import type { Listing, Side } from "../api/types";
import { isWorking } from "../feed/account";
import { statusOf } from "../feed/messages";
import { useConnection } from "../feed/status";
import { useMarketFeed } from "../feed/useMarketFeed";
import { useListings } from "../feed/useMarkets";
import { Blotter } from "../orders/Blotter";
import { useAccountFeed } from "../session/AccountContext";
import { OrderTicket } from "../ticket/OrderTicket";
import { NEW_DRAFT, change } from "../ticket/draft";
import { Dialog } from "../ui/Dialog";
import { price } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { PHONE, useMedia } from "../ui/useMedia";
import { useTitle } from "../ui/useTitle";
import { ChartPanel } from "./ChartPanel";
import { ListingHead } from "./ListingHead";
import { OrderBook, type Pick } from "./OrderBook";
import { TradeTape } from "./TradeTape";
import { useStateNotices } from "./useStateNotices";
import "./market-page.css";

export function MarketPage() {
  const { t } = useTranslation();
  const { symbol = "" } = useParams();
  const { data: listings, error } = useListings();
  const listing = listings?.find((candidate) => candidate.symbol === symbol);
  if (listing) return <Market key={symbol} listing={listing} />;
  return (
    <main id="main" className="page">
      {error && !listings && <ErrorNote error={error} />}
      {!listings && !error && <Loading />}
      {listings && (
        <div className="empty">
          <h1>{t("market.unknown", { symbol })}</h1>
          <Link to="/">{t("market.all")}</Link>
        </div>
      )}
    </main>
  );
}

function Market({ listing: known }: { listing: Listing }) {
  const { t } = useTranslation();
  const { symbol, tick_size } = known;
  const { view, connection: ours } = useMarketFeed(symbol);
  // As the header says it: no order goes out unasked under a notice that the page is stale.
  const connection = useConnection() ?? ours;
  const isPhone = useMedia(PHONE);
  const ownPrices = useOwnPrices(symbol);
  const [draft, edit] = useReducer(change, NEW_DRAFT);
  const [sheetOpen, setSheetOpen] = useState(false);

  const listing = view ? { ...known, ...statusOf(view), stats: view.stats } : known;
  useStateNotices(listing);
  const { last_px } = listing.stats;
  useTitle(last_px === null ? symbol : `${price(last_px, tick_size)} ${symbol}`);

  function onPick(pick: Pick) {
    edit({ type: "pick", pick });
    if (isPhone) setSheetOpen(true);
  }

  const trades = view?.trades ?? NO_TRADES;
  const parts = {
    book: <OrderBook listing={listing} view={view} ownPrices={ownPrices} onPick={onPick} />,
    chart: <ChartPanel listing={listing} view={view} />,
    tape: <TradeTape trades={trades} tick={tick_size} lot={known.lot_size} />,
    ticket: <OrderTicket listing={listing} connection={connection} draft={draft} onChange={edit} />,
    blotter: <Blotter symbol={symbol} />,
  };

  function openSheet(side: Side) {
    edit({ type: "side", side });
    setSheetOpen(true);
  }

  return (
    <main id="main" className="market">
      <ListingHead listing={listing} />
      {isPhone ? (
        <>
          <Tabs className="market-phone-tabs">
            <TabList className="tabs" aria-label={t("market.views")}>
              <Tab id="book" className="tab">{t("book.title")}</Tab>
              <Tab id="chart" className="tab">{t("chart.title")}</Tab>
              <Tab id="tape" className="tab">{t("tape.title")}</Tab>
            </TabList>
            <TabPanel id="book">{parts.book}</TabPanel>
            <TabPanel id="chart">{parts.chart}</TabPanel>
            <TabPanel id="tape">{parts.tape}</TabPanel>
          </Tabs>
          {parts.blotter}
          <div className="sheet-bar">
            <Button className="button button-buy" onPress={() => openSheet("BUY")}>{t("side.BUY")}</Button>
            <Button className="button button-sell" onPress={() => openSheet("SELL")}>{t("side.SELL")}</Button>
          </div>
          <Dialog variant="sheet" title={t("ticket.title_of", { symbol })} isOpen={sheetOpen} onClose={() => setSheetOpen(false)}>
            {parts.ticket}
          </Dialog>
        </>
      ) : (
        <div className="market-grid">
          <div className="market-chart">{parts.chart}</div>
          <div className="market-book">{parts.book}</div>
          <section className="panel market-ticket" aria-labelledby="ticket-title">
            <header className="panel-head">
              <h2 id="ticket-title">{t("ticket.title")}</h2>
            </header>
            {parts.ticket}
          </section>
          <div className="market-tape">{parts.tape}</div>
          <div className="market-blotter">{parts.blotter}</div>
        </div>
      )}
    </main>
  );
}

const NO_TRADES: never[] = [];

function useOwnPrices(symbol: string): Record<Side, string[]> {
  const { orders } = useAccountFeed();
  return useMemo(() => {
    const resting = orders.filter((order) => order.symbol === symbol && isWorking(order));
    const pricesOf = (side: Side) => resting.flatMap((order) => (order.side === side && order.price ? [order.price] : []));
    return { BUY: pricesOf("BUY"), SELL: pricesOf("SELL") };
  }, [orders, symbol]);
}
