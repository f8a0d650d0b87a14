import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import type { Execution, Order } from "../api/types";
import { anExecution, anOrder, at } from "../testing/account";
import { LISTING } from "../testing/market";
import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { Blotter } from "./Blotter";

const BETA = { ...LISTING, symbol: "BETA" };

function open(orders: Order[], executions: Execution[] = [], more = {}) {
  const asked = serve({
    "GET /api/v1/session": SIGNED_IN,
    "GET /api/v1/listings": { results: [LISTING, BETA] },
    "GET /api/v1/orders": { results: orders, next: null },
    "GET /api/v1/executions": { results: executions, next: null },
    ...more,
  });
  return { asked, ...renderPage(<Blotter symbol="ACME" />) };
}

const rowOf = async (name: string | RegExp) => {
  const row = (await screen.findByRole("button", { name })).closest("tr");
  if (!row) throw new Error("not in a table");
  return within(row);
};

test("a waiting stop tells in words what it waits for", async () => {
  open([anOrder({ side: "SELL", ord_type: "STOP", price: null, stop_px: "11.00" })]);
  const row = await rowOf("Cancel order: Sell ACME at market");
  row.getByText("Waiting");
  row.getByText("for a trade at 11.00 or below");
});

test("ORDT-003: a GTD order tells when it ends, for as long as it works", async () => {
  const gtd = { time_in_force: "GTD", expire_at: at(86_400_000) } as const;
  open([anOrder({ id: "1", ...gtd }), anOrder({ id: "2", symbol: "BETA", ord_status: "CANCELED", ...gtd })]);
  const row = await rowOf("Cancel order: Buy ACME at 12.50");
  row.getByText(/^ends 15 Nov.* [A-Z]+/);
  await userEvent.click(screen.getByRole("tab", { name: "Order history" }));
  await screen.findByText("Canceled");
  expect(screen.queryByText(/^ends /)).toBeNull();
});

test("a reserve order tells how much of it is shown, a pair that it is one, and that it cannot be changed", async () => {
  open([anOrder({ order_qty: "1000", display_qty: "100", linked_order_id: "2" })]);
  const row = await rowOf("Cancel order: Buy ACME at 12.50");
  row.getByText("shows 100 at a time");
  row.getByText("one of a pair");
  expect(row.getByRole("button", { name: "Orders of a pair cannot be changed: Buy ACME at 12.50" }).hasAttribute("disabled")).toBe(true);
});

test("why an order ended is told in plain words", async () => {
  open([
    anOrder({ id: "1", ord_status: "CANCELED", text: "SELF_TRADE" }),
    anOrder({ id: "2", ord_status: "REJECTED", text: "POST_ONLY_WOULD_TRADE" }),
  ]);
  await userEvent.click(await screen.findByRole("tab", { name: "Order history" }));
  await screen.findByText("It would have traded with your own order");
  screen.getByText("It was to add to the book only, and would have traded at once");
});

test("BUST-005: a corrected fill tells how it was traded too", async () => {
  open([], [anExecution({ last_px: "12.00", last_qty: "80", status: "CORRECTED", corrected_from: { px: "12.50", qty: "100" } })]);
  await userEvent.click(await screen.findByRole("tab", { name: "Fills" }));
  await screen.findByText("traded as 100 at 12.50");
});

test("FEES-008: fills tell their fees, what was busted is struck out of the sum", async () => {
  open([], [
    anExecution({ id: "a", fee: "1.10" }),
    anExecution({ id: "b", fee: "0.20", status: "CORRECTED" }),
    anExecution({ id: "c", fee: "9.00", status: "BUSTED" }),
  ]);
  await userEvent.click(await screen.findByRole("tab", { name: "Fills" }));
  await screen.findByText("Busted by the venue");
  screen.getByText("Corrected");
  expect(screen.getByText("Fees of the fills shown").closest("tr")?.textContent).toBe("Fees of the fills shown$1.30");
});

test("cancel all asks first, counts what it means, and sends one request", async () => {
  const { asked } = open(
    [
      anOrder({ id: "1" }),
      anOrder({ id: "2", side: "SELL", created_at: at(1) }),
      anOrder({ id: "3", symbol: "BETA", created_at: at(2) }),
    ],
    [],
    { "POST /api/v1/orders/cancel-all": () => [202, { listings: [{ symbol: "ACME", seq: 9 }] }] },
  );
  await rowOf("Cancel order: Sell ACME at 12.50");
  const user = userEvent.setup();
  await user.keyboard("c");
  const dialog = within(await screen.findByRole("alertdialog", { name: "Cancel all orders" }));
  dialog.getByRole("button", { name: "Cancel 2 orders" });
  await user.click(dialog.getByRole("radio", { name: "All markets" }));
  dialog.getByRole("button", { name: "Cancel 3 orders" });
  await user.click(dialog.getByRole("radio", { name: "Buy (2)" }));
  await user.click(dialog.getByRole("button", { name: "Cancel 2 orders" }));
  expect(screen.queryByRole("alertdialog")).toBeNull();
  expect(asked.filter(({ method }) => method === "POST").map(({ path, body }) => [path, body])).toEqual([
    ["/api/v1/orders/cancel-all", { account: 12, side: "BUY", cl_ord_id: expect.stringMatching(/^web-/) as string }],
  ]);
  expect(screen.getAllByRole("button", { name: /^Cancel order: Buy/ }).map(({ textContent }) => textContent)).toEqual(["Canceling", "Canceling"]);
});

test("a stop's price may be changed", async () => {
  const stop = anOrder({ ord_type: "STOP", price: null, stop_px: "12.60" });
  const { asked } = open([stop], [], { "POST /api/v1/orders/1/replace": () => [202, { order: stop, pending: "PENDING_REPLACE", seq: 9 }] });
  const user = userEvent.setup();
  await user.click((await rowOf(/^Cancel order/)).getByRole("button", { name: /^Change order/ }));
  const dialog = within(await screen.findByRole("dialog", { name: "Change order: Buy ACME" }));
  expect(dialog.queryByRole("textbox", { name: "Limit price" })).toBeNull();
  const field = dialog.getByRole("textbox", { name: "Stop price" });
  await user.click(field);
  await user.keyboard("{ArrowUp}");
  dialog.getByText(/The order waits as if it were new/);
  await user.click(dialog.getByRole("button", { name: "Change to 100 once 12.61 trades" }));
  expect(asked.find(({ path }) => path.endsWith("/replace"))?.body).toMatchObject({ order_qty: "100", stop_px: "12.61" });
});

test("the account's tables have no fault that axe can see", async () => {
  const { container } = open([anOrder({ stop_px: "12.60", display_qty: "10", linked_order_id: "7" })]);
  await rowOf(/^Cancel order/);
  expect(await faultsIn(container)).toEqual([]);
});
