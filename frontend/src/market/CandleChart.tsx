import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type Time,
  type UTCTimestamp,
  createChart,
} from "lightweight-charts";
import { useEffect, useEffectEvent, useRef } from "react";

import type { Candle } from "../api/types";
import { compare, priceDecimals, toPixelValue } from "../ui/decimal";
import { dateTime, day, shortTime } from "../ui/format";
import { usePreferences } from "../ui/preferences";
import { useMedia } from "../ui/useMedia";

interface Props {
  candles: Candle[];
  tick: string;
  daily: boolean;
  /** Asked for when the reader has scrolled back to the oldest candle; null where there are none before. */
  onReachStart: (() => Promise<unknown>) | null;
}

/** So many candles before the oldest one comes into sight. */
const AHEAD = 40;

interface Drawn {
  chart: IChartApi;
  prices: ISeriesApi<"Candlestick">;
  volumes: ISeriesApi<"Histogram">;
}

const dateOf = (time: Time): Date => new Date((time as UTCTimestamp) * 1000);

/** Colours as the canvas wants them: the element resolves what depends on the theme. */
function palette(element: HTMLElement) {
  const style = getComputedStyle(element);
  const colour = (name: string) => {
    element.style.color = `var(${name})`;
    return style.color;
  };
  return {
    rise: colour("--rise"),
    fall: colour("--fall"),
    riseSoft: colour("--rise-soft"),
    fallSoft: colour("--fall-soft"),
    text: colour("--text-muted"),
    grid: colour("--grid"),
    line: colour("--line-strong"),
    label: colour("--raised-solid"),
    font: style.fontFamily,
  };
}

function paint({ chart, prices }: Drawn) {
  const { rise, fall, text, grid, line, label, font } = palette(chart.chartElement());
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: "transparent" }, textColor: text, fontFamily: font, fontSize: 11 },
    grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    crosshair: {
      vertLine: { color: line, labelBackgroundColor: label },
      horzLine: { color: line, labelBackgroundColor: label },
    },
  });
  prices.applyOptions({
    upColor: rise,
    downColor: fall,
    borderUpColor: rise,
    borderDownColor: fall,
    wickUpColor: rise,
    wickDownColor: fall,
  });
}

function plot({ chart, prices, volumes }: Drawn, candles: Candle[]) {
  const { riseSoft, fallSoft } = palette(chart.chartElement());
  prices.setData(
    candles.map(({ time, open, high, low, close }) => ({
      time: time as UTCTimestamp,
      open: toPixelValue(open),
      high: toPixelValue(high),
      low: toPixelValue(low),
      close: toPixelValue(close),
    })),
  );
  volumes.setData(
    candles.map(({ time, open, close, volume }) => ({
      time: time as UTCTimestamp,
      value: toPixelValue(volume),
      color: compare(close, open) >= 0 ? riseSoft : fallSoft,
    })),
  );
}

function draw(container: HTMLElement, tick: string, daily: boolean): Drawn {
  const chart = createChart(container, {
    autoSize: true,
    layout: { attributionLogo: false },
    crosshair: { mode: CrosshairMode.Normal },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.24 } },
    timeScale: {
      borderVisible: false,
      timeVisible: !daily,
      rightOffset: 4,
      barSpacing: 8,
      // The library thinks in UTC; people read their own clock.
      tickMarkFormatter: (time: Time, mark: number) => (mark < 3 ? day(dateOf(time)) : shortTime(dateOf(time))),
    },
    localization: { timeFormatter: (time: Time) => (daily ? day(dateOf(time)) : dateTime(dateOf(time))) },
  });
  const prices = chart.addSeries(CandlestickSeries, {
    priceFormat: { type: "price", precision: priceDecimals(tick), minMove: toPixelValue(tick) },
  });
  const volumes = chart.addSeries(HistogramSeries, {
    priceScaleId: "volume",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
  return { chart, prices, volumes };
}

export default function CandleChart({ candles, tick, daily, onReachStart }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const { theme, rise } = usePreferences();
  const systemDark = useMedia("(prefers-color-scheme: dark)");

  const reachStart = useEffectEvent((from: number) => {
    if (from < AHEAD) void onReachStart?.();
  });

  useEffect(() => {
    if (!container.current) return undefined;
    const made = draw(container.current, tick, daily);
    made.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => range && reachStart(range.from));
    drawn.current = made;
    return () => {
      drawn.current = null;
      made.chart.remove();
    };
  }, [tick, daily]);

  useEffect(() => {
    if (drawn.current) paint(drawn.current);
  }, [tick, daily, theme, rise, systemDark]);

  useEffect(() => {
    if (drawn.current) plot(drawn.current, candles);
  }, [candles, tick, daily, theme, rise, systemDark]);

  return <div className="chart-canvas" ref={container} />;
}
