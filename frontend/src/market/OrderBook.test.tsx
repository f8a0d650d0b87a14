import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { EMPTY, onSnapshot } from "../feed/market";
import { LISTING, OPEN, STATS } from "../testing/market";
import { faultsIn, renderPage, SIGNED_OUT } from "../testing/render";
import { serve } from "../testing/server";
import { OrderBook } from "./OrderBook";

const { view } = onSnapshot(EMPTY, {
  book: {
    symbol: "ACME",
    epoch: 1,
    seq: 1,
    ...OPEN,
    bids: [
      ["12.49", "300", 2],
      ["12.48", "100", 1],
    ],
    asks: [
      ["12.51", "200", 1],
      ["12.55", "500", 1],
    ],
  },
  stats: STATS,
  trades: [],
});

function open(listing = LISTING) {
  serve({ "GET /api/v1/session": SIGNED_OUT });
  const onPick = vi.fn();
  const own = { BUY: ["12.48"], SELL: [] };
  return { onPick, ...renderPage(<OrderBook listing={listing} view={view} ownPrices={own} onPick={onPick} />) };
}

test("offers stand above bids, best prices in the middle", () => {
  open();
  const prices = screen.getAllByRole("button", { name: /^Use price/ }).map((button) => button.textContent);
  expect(prices).toEqual(["12.55", "12.51", "12.49", "12.48"]);
  screen.getByText("Spread 0.02 · 16.0 bp");
});

test("a price goes into the ticket, a total takes the other side up to that price", async () => {
  const { onPick } = open();
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Use price 12.49" }));
  expect(onPick).toHaveBeenLastCalledWith({ px: "12.49" });
  await user.click(screen.getByRole("button", { name: "Buy 700 up to 12.55" }));
  expect(onPick).toHaveBeenLastCalledWith({ px: "12.55", take: { side: "BUY", qty: "700" } });
});

test("arrow keys walk the ladder from the best price", async () => {
  const { onPick } = open();
  const user = userEvent.setup();
  screen.getByRole("button", { name: "Use price 12.49" }).focus();
  await user.keyboard("{ArrowDown}{Enter}");
  expect(onPick).toHaveBeenLastCalledWith({ px: "12.48" });
  await user.keyboard("{ArrowRight}{Enter}");
  expect(onPick).toHaveBeenLastCalledWith({ px: "12.48", take: { side: "SELL", qty: "400" } });
});

test("one's own order is marked in words too", () => {
  open();
  const row = screen.getByRole("button", { name: "Use price 12.48" }).closest("tr");
  expect(row && within(row).getByText("Your order rests here")).toBeTruthy();
});

test("in a call the ladder says that it is not matching, and shows the indicative price instead of a spread", () => {
  open({ ...LISTING, state: "CLOSING_CALL", auction: { px: "12.53", qty: "100", surplus_side: null, surplus_qty: "0" } });
  screen.getByText("Indicative, not matching");
  screen.getByText("12.53");
  expect(screen.queryByText(/^Spread/)).toBeNull();
});

test("the price limits stand at the ladder's ends", () => {
  open({ ...LISTING, bands: { static: ["11.25", "13.75"], dynamic: null } });
  const ends = screen.getAllByText(/limit \d/).map(({ textContent }) => textContent);
  expect(ends).toEqual(["Upper limit 13.75", "Lower limit 11.25"]);
});

test("the order book has no fault that axe can see", async () => {
  const { container } = open();
  expect(await faultsIn(container)).toEqual([]);
});
