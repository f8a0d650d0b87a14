import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Listing, Side } from "../api/types";
import type { MarketView } from "../feed/market";
import { compare, priceText, roundToStep, spread } from "../ui/decimal";
import { price, quantity } from "../ui/format";
import { Loading } from "../ui/Placeholders";
import { SelectField } from "../ui/SelectField";
import { isCall, isMatching } from "./phases";
import { type LadderRow, depthScale, groupSteps, ladderRows } from "./ladder";
import { ROW_PX, useRowsThatFit } from "./useRowsThatFit";
import "./order-book.css";

export interface Pick {
  px: string;
  /** Present when the running total was picked: everything up to that price, from the other side. */
  take?: { side: Side; qty: string };
}

interface Props {
  listing: Listing;
  view: MarketView | null;
  ownPrices: Record<Side, string[]>;
  onPick: (pick: Pick) => void;
}

export function OrderBook({ listing, view, ownPrices, onPick }: Props) {
  const { t } = useTranslation();
  const tick = listing.tick_size;
  const steps = groupSteps(tick);
  const [step, setStep] = useState(tick);
  const frame = useRef<HTMLDivElement>(null);
  const rows = useRowsThatFit(frame);
  const bids = useMemo(() => ladderRows(view?.bids ?? [], "BUY", step, rows), [view?.bids, step, rows]);
  const asks = useMemo(() => ladderRows(view?.asks ?? [], "SELL", step, rows), [view?.asks, step, rows]);
  const widthOf = depthScale(bids, asks);

  const row = (side: Side) => (level: LadderRow, index: number) => (
    <Row
      key={level.px}
      level={level}
      isBest={index === 0}
      side={side}
      tick={tick}
      lot={listing.lot_size}
      width={widthOf(level)}
      own={ownPrices[side].some((px) => compare(roundToStep(px, step, side === "BUY" ? "down" : "up"), level.px) === 0)}
      onPick={onPick}
    />
  );

  return (
    <section className="panel book" aria-labelledby="book-title">
      <header className="panel-head">
        <h2 id="book-title">{t("book.title")}</h2>
        <SelectField
          label={t("book.grouping")}
          hideLabel
          value={step}
          onChange={setStep}
          options={steps.map((value) => ({ value, text: price(value, tick) }))}
        />
      </header>
      <div className="ladder-frame" ref={frame}>
      {view === null ? (
        <Loading />
      ) : (
        <table className="ladder">
          <caption className="visually-hidden">{t("book.caption", { symbol: listing.symbol })}</caption>
          <thead>
            <tr>
              <th scope="col">{t("column.price")}</th>
              <th scope="col">{t("column.size")}</th>
              <th scope="col">{t("column.total")}</th>
            </tr>
          </thead>
          <Edge px={listing.bands.static?.[1]} words="book.upper_limit" tick={tick} />
          <tbody className="asks" aria-label={t("book.asks")}>
            {asks.length === 0 && <EmptySide text={t("book.no_asks")} />}
            <Spacer rows={rows - Math.max(asks.length, 1)} />
            {asks.map(row("SELL")).reverse()}
          </tbody>
          <tbody className="middle">
            <Middle listing={listing} view={view} />
          </tbody>
          <tbody className="bids" aria-label={t("book.bids")}>
            {bids.length === 0 && <EmptySide text={t("book.no_bids")} />}
            {bids.map(row("BUY"))}
          </tbody>
          <Edge px={listing.bands.static?.[0]} words="book.lower_limit" tick={tick} />
        </table>
      )}
      </div>
    </section>
  );
}

interface RowProps {
  level: LadderRow;
  isBest: boolean;
  side: Side;
  tick: string;
  lot: string;
  width: number;
  own: boolean;
  onPick: (pick: Pick) => void;
}

function Row({ level, isBest, side, tick, lot, width, own, onPick }: RowProps) {
  const { t } = useTranslation();
  const px = price(level.px, tick);
  const total = quantity(level.cumulative, lot);
  const takerSide: Side = side === "SELL" ? "BUY" : "SELL";
  return (
    <tr className="level" style={{ "--depth": width } as CSSProperties}>
      <td className="level-price">
        <button
          type="button"
          // One stop for Tab on each side; the arrow keys go on from there.
          tabIndex={isBest ? 0 : -1}
          aria-label={t("book.pick_price", { px })}
          onKeyDown={moveAlongLadder}
          onClick={() => onPick({ px: priceText(level.px, tick) })}
        >
          {own && <span className="own-mark" title={t("book.own")} aria-hidden="true" />}
          {px}
        </button>
        {own && <span className="visually-hidden">{t("book.own")}</span>}
      </td>
      <td className="level-size">{quantity(level.qty, lot)}</td>
      <td className="level-total">
        <button
          type="button"
          tabIndex={-1}
          onKeyDown={moveAlongLadder}
          aria-label={t(`book.take.${takerSide}`, { qty: total, px })}
          onClick={() => onPick({ px: priceText(level.px, tick), take: { side: takerSide, qty: level.cumulative } })}
        >
          {total}
        </button>
      </td>
    </tr>
  );
}

/** How far the price may go today, where the ladder ends. */
function Edge({ px, words, tick }: { px: string | undefined; words: "book.upper_limit" | "book.lower_limit"; tick: string }) {
  const { t } = useTranslation();
  if (px === undefined) return null;
  return (
    <tbody className="edge">
      <tr>
        <td colSpan={3}>{t(words, { px: price(px, tick) })}</td>
      </tr>
    </tbody>
  );
}

/** Between offers and bids: the last price and the spread; while nothing is matched, that it is so. */
function Middle({ listing, view }: { listing: Listing; view: MarketView }) {
  const { t } = useTranslation();
  const [bid] = view.bids[0] ?? [];
  const [ask] = view.asks[0] ?? [];
  const gap = bid !== undefined && ask !== undefined ? spread(bid, ask) : null;
  const taker = view.trades[0]?.taker_side;
  if (!isMatching(listing.state)) {
    const indicative = isCall(listing.state) ? listing.auction?.px : undefined;
    return (
      <tr>
        <td colSpan={3}>
          <div className="middle-line">
            <span className="middle-last">{price(indicative ?? view.stats.last_px, listing.tick_size)}</span>
            <span className="middle-still">
              {t(indicative ? "book.indicative" : "book.not_matching")}
            </span>
          </div>
        </td>
      </tr>
    );
  }
  return (
    <tr>
      <td colSpan={3}>
        <div className="middle-line">
          <span className={`middle-last ${taker === "BUY" ? "rise" : taker === "SELL" ? "fall" : ""}`}>
            {price(view.stats.last_px, listing.tick_size)}
            {taker && <span aria-hidden="true">{taker === "BUY" ? "▴" : "▾"}</span>}
          </span>
          <span className="muted">
            {gap ? t("book.spread", { width: price(gap.width, listing.tick_size), bps: gap.bps }) : t("book.no_spread")}
          </span>
        </div>
      </td>
    </tr>
  );
}

/** Keeps the spread where it is while levels come and go, so that no price moves from under the pointer. */
function Spacer({ rows }: { rows: number }) {
  return (
    <tr aria-hidden="true" style={{ height: rows * ROW_PX }}>
      <td colSpan={3} />
    </tr>
  );
}

function EmptySide({ text }: { text: string }) {
  return (
    <tr className="empty-side">
      <td colSpan={3}>{text}</td>
    </tr>
  );
}

/** Arrow keys walk the ladder: up and down between prices, sideways between price and total. */
function moveAlongLadder(event: KeyboardEvent<HTMLButtonElement>) {
  const buttons = [...(event.currentTarget.closest("table")?.querySelectorAll("button") ?? [])];
  const moves: Record<string, number> = { ArrowDown: 2, ArrowUp: -2, ArrowRight: 1, ArrowLeft: -1 };
  const move = moves[event.key];
  const next = move && buttons[buttons.indexOf(event.currentTarget) + move];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
