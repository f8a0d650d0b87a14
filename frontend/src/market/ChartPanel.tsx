import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { type ApiError, api, call } from "../api/client";
import type { Candle, Interval, Listing, Trade } from "../api/types";
import { Choice } from "../ui/Choice";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { CandleTable } from "./CandleTable";
import { INTERVALS, summaryOf, withTrades } from "./candles";
import "./chart.css";

const CandleChart = lazy(() => import("./CandleChart"));

const REFETCH_MS = 15_000;

type View = "chart" | "table";

export function ChartPanel({ listing, trades }: { listing: Listing; trades: Trade[] }) {
  const { t } = useTranslation();
  const [interval, setInterval] = useState<Interval>("1m");
  const [shown, setShown] = useState<View>("chart");
  const { symbol, tick_size } = listing;
  const { data, error } = useQuery<Candle[], ApiError>({
    queryKey: ["candles", symbol, interval],
    queryFn: async () =>
      (
        await call(
          api.GET("/api/v1/listings/{symbol}/candles", {
            params: { path: { symbol }, query: { interval, limit: 500 } },
          }),
        )
      ).results,
    refetchInterval: REFETCH_MS,
    placeholderData: keepPreviousData,
  });
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
          <Choice
            className="choice-small"
            label={t("chart.interval_label")}
            hideLabel
            value={interval}
            onChange={setInterval}
            options={INTERVALS.map((value) => ({ value, text: value }))}
          />
          <Choice
            className="choice-small"
            label={t("chart.view_label")}
            hideLabel
            value={shown}
            onChange={setShown}
            options={[
              { value: "chart", text: t("chart.view.chart") },
              { value: "table", text: t("chart.view.table") },
            ]}
          />
        </div>
      </header>
      {error && !data && <ErrorNote error={error} />}
      {!data && !error && <Loading />}
      {data && candles.length === 0 && <p className="empty">{t("chart.empty")}</p>}
      {candles.length > 0 && shown === "table" && <CandleTable candles={candles} tick={tick_size} />}
      {candles.length > 0 && shown === "chart" && (
        <ErrorBoundary>
          <Suspense fallback={<Loading />}>
            <div className="chart" role="img" aria-label={description}>
              <CandleChart key={`${symbol} ${interval}`} candles={candles} tick={tick_size} daily={interval === "1d"} />
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
