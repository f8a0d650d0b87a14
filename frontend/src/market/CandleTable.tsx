import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Candle } from "../api/types";
import { dayTime, price, quantity } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { TableFrame } from "../ui/TableFrame";
import { useVenueTime } from "../ui/venueClock";

const ROWS = 100;

interface Props {
  candles: Candle[];
  tick: string;
  onMore: (() => Promise<unknown>) | null;
}

export function CandleTable({ candles, tick, onMore }: Props) {
  const [rows, setRows] = useState(ROWS);
  const { t } = useTranslation();
  const { zone } = useVenueTime();
  async function more() {
    if (rows + ROWS > candles.length) await onMore?.();
    setRows(rows + ROWS);
  }
  return (
    <TableFrame label={t("chart.table")}>
      <table className="table">
        <caption className="visually-hidden">{t("chart.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("column.time", { zone })}</th>
            {(["open", "high", "low", "close", "volume"] as const).map((name) => (
              <th key={name} scope="col" className="num">
                {t(`column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {candles
            .slice(-rows)
            .reverse()
            .map((candle) => (
              <tr key={candle.time}>
                <th scope="row">{dayTime(new Date(candle.time * 1000))}</th>
                <td className="num">{price(candle.open, tick)}</td>
                <td className="num">{price(candle.high, tick)}</td>
                <td className="num">{price(candle.low, tick)}</td>
                <td className="num">{price(candle.close, tick)}</td>
                <td className="num">{quantity(candle.volume)}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <MoreButton onMore={rows < candles.length || onMore ? more : null} />
    </TableFrame>
  );
}
