import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Trade } from "../api/types";
import { hearTime } from "../ui/venueClock";
import { TradeTape } from "./TradeTape";

const trade = (trade_id: string, at: string): Trade => ({ trade_id, px: "12.50", qty: "5", at, taker_side: "BUY" });

test("today is the venue's day; earlier trades stand under their own, one row each", () => {
  hearTime("2031-05-06T12:00:00Z");
  const trades = [trade("3", "2031-05-06T11:59:00Z"), trade("2", "2031-05-05T12:00:00Z"), trade("1", "2031-05-05T11:00:00Z")];
  render(<TradeTape trades={trades} tick="0.01" lot="5" />);
  expect(screen.getAllByRole("rowheader").map(({ textContent }) => textContent)).toEqual(["5 May"]);
  expect(screen.getAllByRole("cell", { name: /^\d\d:\d\d:\d\d$/ })).toHaveLength(3);
});

test("a trade of an auction has no taker's side", () => {
  render(<TradeTape trades={[{ ...trade("4", "2031-05-06T11:59:00Z"), taker_side: null }]} tick="0.01" lot="5" />);
  screen.getByRole("cell", { name: /^Auction ?12.50$/ });
});
