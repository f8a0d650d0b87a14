import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { aLot, aSettlement } from "../testing/books";
import { LISTING } from "../testing/market";
import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { Holdings } from "./Holdings";
import { PortfolioPage } from "./PortfolioPage";

const HOLDING = {
  symbol: "ACME", name: "Acme Holdings", settled: "30", held: "0", pending_in: "40", pending_out: "0", available: "30",
  last_px: "12.50", market_value: "875.00", cost: "303.00", unrealized: "72.00",
};

test("holdings are settled or pending, and made of lots; what is pending says until when", async () => {
  serve({
    "GET /api/v1/session": SIGNED_IN,
    "GET /api/v1/listings": { results: [LISTING] },
    "GET /api/v1/orders": { results: [], next: null },
    "GET /api/v1/executions": { results: [], next: null },
    "GET /api/v1/balances": {
      cash: { asset: "USD", settled: "1000.00", held: "0.00", pending_in: "0.00", pending_out: "505.00", available: "495.00" },
      holdings: [HOLDING],
    },
    "GET /api/v1/settlements": { results: [aSettlement()], next: null },
    "GET /api/v1/lots": { results: [aLot()], next: null },
  });
  const { container } = renderPage(<PortfolioPage />);
  const unfold = await screen.findByRole("button", { name: "Lots of ACME" });
  const row = within(unfold.closest("tr") as HTMLElement);
  expect(row.getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["30", "+40", "0", "30", "12.50", "$875.00", "+$72.00"]);
  await userEvent.click(unfold);
  expect(unfold.getAttribute("aria-expanded")).toBe("true");
  const lots = within(await screen.findByRole("group", { name: "Lots of ACME" }));
  expect(lots.getAllByRole("row")[1]?.textContent).toBe("5 Jan 2026Bought here3010.00$303.00$375.00+$72.00");
  const pending = within(screen.getByRole("region", { name: "Trades that have not settled" }));
  expect(pending.getByRole("link", { name: /settlement of 40 ACME$/ }).getAttribute("href")).toBe("/trades/7");
  expect(await faultsIn(container)).toEqual([]);
});

test("the total value counts what is owned, settled or not: settling does not change it", async () => {
  const cash = { asset: "USD", settled: "1000.00", held: "0.00", pending_in: "250.00", pending_out: "500.00", available: "500.00" };
  // Of 30, 40 more are bought for 500.00 and 20 are sold for 250.00, all at the last price.
  const holding = { ...HOLDING, pending_out: "20", available: "10", market_value: "625.00" };
  const settled = {
    cash: { ...cash, settled: "750.00", pending_in: "0.00", pending_out: "0.00", available: "750.00" },
    holdings: [{ ...holding, settled: "50", pending_in: "0", pending_out: "0", available: "50" }],
  };
  for (const balances of [{ cash, holdings: [holding] }, settled]) {
    serve({ "GET /api/v1/listings": { results: [LISTING] }, "GET /api/v1/balances": balances });
    const { unmount } = renderPage(<Holdings account="1" />);
    expect((await screen.findByText("Total value")).nextSibling?.textContent).toBe("$1,375.00");
    unmount();
  }
});
