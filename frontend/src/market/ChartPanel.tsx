import { Suspense, lazy, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Interval, Listing } from "../api/types";
import type { MarketView } from "../feed/market";
import { Choice } from "../ui/Choice";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { CandleTable } from "./CandleTable";
import { DepthChart } from "./DepthChart";
import { INTERVALS, summaryOf, withTrades } from "./candles";
import { useCandles } from "./useCandles";
import "./chart.css";

const CandleChart = lazy(() => import("./CandleChart"));

type View = "chart" | "depth" | "table";

const NO_TRADES: never[] = [];

export function ChartPanel({ listing, view }: { listing: Listing; view: MarketView | null }) {
  const { t } = useTranslation();
  const [interval, setInterval] = useState<Interval>("1m");
  const [shown, setShown] = useState<View>("chart");
  const { symbol, tick_size } = listing;
  const { candles: data, error, loadOlder } = useCandles(symbol, interval);
  const trades = view?.trades ?? NO_TRADES;
  const candles = useMemo(() => (data ? withTrades(data, trades, interval) : []), [data, trades, interval]);
  const summary = summaryOf(candles, tick_size);
  const description = summary
    ? t("chart.summary", { ...summary, symbol, interval: t(`chart.interval.${interval}`) })
    : t("chart.empty");

  return (
    <section className="panel chart-panel" aria-labelledby="chart-title">
      <header className="panel-head">
        <h2 id="chart-title">{t("chart.title")}</h2>
        <div className="panel-tools">
          {shown !== "depth" && (
            <Choice
              className="choice-small"
              label={t("chart.interval_label")}
              hideLabel
              value={interval}
              onChange={setInterval}
              options={INTERVALS.map((value) => ({ value, text: value }))}
            />
          )}
          <Choice
            className="choice-small"
            label={t("chart.view_label")}
            hideLabel
            value={shown}
            onChange={setShown}
            options={[
              { value: "chart", text: t("chart.view.chart") },
              { value: "depth", text: t("chart.view.depth") },
              { value: "table", text: t("chart.view.table") },
            ]}
          />
        </div>
      </header>
      {shown === "depth" && <DepthChart listing={listing} view={view} />}
      {shown !== "depth" && error && !data && <ErrorNote error={error} />}
      {shown !== "depth" && !data && !error && <Loading />}
      {shown !== "depth" && data && candles.length === 0 && <p className="empty">{t("chart.empty")}</p>}
      {candles.length > 0 && shown === "table" && <CandleTable candles={candles} tick={tick_size} onMore={loadOlder} />}
      {candles.length > 0 && shown === "chart" && (
        <ErrorBoundary>
          <Suspense fallback={<Loading />}>
            <div className="chart" role="img" aria-label={description}>
              <CandleChart key={`${symbol} ${interval}`} candles={candles} tick={tick_size} daily={interval === "1d" || interval === "1w"} onReachStart={loadOlder} />
            </div>
            {/* The library's own mark needs an inline style, which the content-security policy forbids. */}
            <a className="chart-credit" href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
              {t("chart.credit")}
            </a>
          </Suspense>
        </ErrorBoundary>
      )}
    </section>
  );
}
