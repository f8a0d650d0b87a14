import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { expect, test } from "vitest";

import type { SettlementDetail } from "../api/types";
import { at } from "../testing/account";
import { aLot, aSettlementInDetail } from "../testing/books";
import { LISTING } from "../testing/market";
import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { TradePage } from "./TradePage";

function open(settlement: SettlementDetail, more = {}) {
  const asked = serve({
    "GET /api/v1/session": SIGNED_IN,
    "GET /api/v1/listings": { results: [LISTING] },
    "GET /api/v1/orders": { results: [], next: null },
    "GET /api/v1/executions": { results: [], next: null },
    "GET /api/v1/settlements/7": settlement,
    ...more,
  });
  const page = <Routes><Route path="/trades/:id" element={<TradePage />} /></Routes>;
  return { asked, ...renderPage(page, "/trades/7") };
}

const steps = async () => within(await screen.findByRole("list", { name: "Settlement" })).getAllByRole("listitem");

test("a pending purchase shows what it has passed, what is next, and when", async () => {
  const { container } = open(aSettlementInDetail());
  const shown = await steps();
  expect(shown.map((step) => step.querySelector("strong")?.textContent)).toEqual(["Matched", "Instructed", "Affirmed", "Executing", "Settled"]);
  expect(shown.map((step) => step.classList.contains("step-done"))).toEqual([true, true, true, false, false]);
  expect(shown[2]?.getAttribute("aria-current")).toBe("step");
  within(shown[3] as HTMLElement).getByText("It settles as the next business day begins (T+1).");
  within(shown[3] as HTMLElement).getByText(/expected/);
  screen.getByRole("heading", { name: "Bought 40 ACME at 12.50 Pending" });
  expect(screen.getByText("You pay").nextElementSibling?.textContent).toBe("−$505.00");
  expect(await faultsIn(container)).toEqual([]);
});

test("a settled sale shows the lots it took and the gain of each", async () => {
  open(
    aSettlementInDetail({
      state: "SETTLED",
      side: "SELL",
      net: "495.00",
      next: null,
      steps: [{ state: "SETTLED", at: at(9), reason: null }],
      lots: [
        { lot: "1", acquired_on: "2026-01-05", source: "TRADE", px: "10.00", qty: "-30", cost: "303.00", proceeds: "371.25", gain: "68.25" },
        { lot: "2", acquired_on: "2026-02-09", source: "ISSUER", px: null, qty: "-10", cost: null, proceeds: "123.75", gain: null },
      ],
      transfers: [{ kind: "TRADE_CASH", asset: "USD", amount: "500.00", at: at(9), reference: "TRADE_CASH:1:31" }],
    }),
  );
  const rows = within(await screen.findByRole("group", { name: "Lots of ACME" })).getAllByRole("row");
  expect(rows.slice(1).map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ["5 Jan 2026", "−30", "10.00", "$303.00", "$371.25", "+$68.25"],
    ["9 Feb 2026", "−10", "–", "–", "$123.75", "–"],
  ]);
  screen.getByText("From then on the cash was yours to spend or withdraw.");
});

test("a settlement that failed says why, and that people decide", async () => {
  open(
    aSettlementInDetail({
      state: "FAILED",
      steps: [
        { state: "AFFIRMED", at: at(0), reason: null },
        { state: "FAILED", at: at(5), reason: { code: "OTHER_SIDE", message: "The other side of the trade could not settle." } },
      ],
      next: { code: "DECISION", message: "The venue decides.", state: null, at: null },
    }),
  );
  const shown = await steps();
  expect(shown.map((step) => step.querySelector("strong")?.textContent)).toEqual(["Affirmed", "Failed", "Decision of the venue"]);
  screen.getByText("The other side of the trade could not settle.");
});

test("lots are chosen for a pending sale, within what is sold", async () => {
  const sale = aSettlementInDetail({ side: "SELL", may_choose_lots: true });
  let kept = sale;
  const { asked, container } = open(sale, {
    "GET /api/v1/settlements/7": () => [200, kept],
    "GET /api/v1/lots": { results: [aLot(), aLot({ id: "2", acquired_on: "2026-02-09" })], next: null },
    "PUT /api/v1/settlements/7/lots": () => {
      kept = { ...sale, chosen_lots: [{ lot: "2", qty: "15" }] };
      return [200, kept];
    },
  });
  const field = await screen.findByRole("textbox", { name: "Quantity from the lot of 9 Feb 2026" });
  const user = userEvent.setup();
  await user.type(field, "41");
  await user.click(screen.getByRole("button", { name: "Save choice" }));
  expect((await screen.findByRole("alert")).textContent).toBe("Only 40 were sold.");
  await user.clear(field);
  await user.type(field, "15{Enter}");
  await screen.findByRole("button", { name: "Back to oldest first" });
  screen.getByText("15 chosen. The other 25 are taken from the oldest lots.");
  expect(asked.filter(({ method }) => method === "PUT").map(({ body }) => body)).toEqual([{ lots: [{ lot: 2, qty: "15" }] }]);
  expect(await faultsIn(container)).toEqual([]);
});
