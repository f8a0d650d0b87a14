import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useReducer, useState } from "react";
import { expect, test } from "vitest";

import type { Listing, TradingState } from "../api/types";
import type { Connection } from "../feed/status";
import { anOrder } from "../testing/account";
import { LISTING } from "../testing/market";
import { SIGNED_IN, SIGNED_OUT, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { OrderTicket } from "./OrderTicket";
import { NEW_DRAFT, change } from "./draft";

const LIVE: Connection = { state: "live" };
const PREVIEW = {
  allowed: true,
  reasons: [],
  estimate: {
    price_used: "12.51",
    protection_px: null,
    notional: "1251.00",
    fees: "0.00",
    cash_before: "5000.00",
    cash_after: "3749.00",
    holding_before: "0",
    holding_after: "100",
    hold_asset: "USD",
    hold_amount: "1251.00",
    expire_at: null,
  },
  summary: "",
  fee: "1.88",
  fees: { maker_rate: "0.10", taker_rate: "0.15", auction_rate: "0.05", flat: "0.00", minimum: "0.00" },
  expires_at: null,
  explanation: ["Rests in the book at 12.51 until the close."],
};
const HALTED = {
  code: "MKT-HALT",
  message: "Trading in ACME is halted (T1)",
  citation: "",
  next_step: "You may cancel open orders.",
  until: null,
};
const ACCOUNT = {
  "GET /api/v1/session": SIGNED_IN,
  "GET /api/v1/orders": { results: [], next: null },
  "GET /api/v1/executions": { results: [], next: null },
  "GET /api/v1/balances": { cash: { asset: "USD", settled: "5000.00", held: "0.00", pending_in: "0.00", pending_out: "0.00", available: "5000.00" }, holdings: [] },
  "POST /api/v1/orders/preview": PREVIEW,
};

function Ticket({ connection, listing = LISTING }: { connection: Connection; listing?: Listing }) {
  const [draft, edit] = useReducer(change, NEW_DRAFT);
  return <OrderTicket listing={listing} connection={connection} draft={draft} onChange={edit} />;
}

/** A market that someone may halt while its ticket is filled in. */
function HaltableTicket() {
  const [state, setState] = useState<TradingState>("CONTINUOUS");
  return (
    <>
      <Ticket connection={LIVE} listing={{ ...LISTING, state }} />
      <button onClick={() => setState(state === "CONTINUOUS" ? "HALTED" : "CONTINUOUS")}>Operator</button>
    </>
  );
}

const field = (name: string) => screen.findByRole<HTMLInputElement>("textbox", { name });
const submit = (name: RegExp) => screen.findByRole("button", { name });

test("an order is placed by keyboard alone", async () => {
  const asked = serve({ ...ACCOUNT, "POST /api/v1/orders": () => [202, anOrder({ ord_status: "PENDING_NEW", price: "12.52" })] });
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await screen.findByText("$5,000.00");
  // The first press of an arrow starts at the best offer.
  await user.keyboard("p{ArrowUp}{ArrowUp}");
  expect((await field("Limit price")).value).toBe("12.52");
  await user.tab();
  await user.keyboard("{Shift>}{ArrowUp}{ArrowUp}{/Shift}");
  expect((await field("Quantity")).value).toBe("55");
  await user.clear(await field("Quantity"));
  await user.keyboard("100");
  await submit(/^Buy 100 ACME at 12.52 — limit, day$/);
  await screen.findByText("$3,749.00");
  await user.keyboard("{Enter}");
  await screen.findByText("Sent: Buy 100 ACME at 12.52 — limit, day");
  const placed = asked.filter(({ method, path }) => method === "POST" && path === "/api/v1/orders");
  expect(placed.map(({ body }) => body)).toEqual([
    {
      account: 12,
      symbol: "ACME",
      side: "BUY",
      ord_type: "LIMIT",
      time_in_force: "DAY",
      order_qty: "100",
      price: "12.52",
      cl_ord_id: expect.stringMatching(/^web-/) as string,
    },
  ]);
});

test("a refusal is read out with its code, sentence and next step", async () => {
  serve({
    ...ACCOUNT,
    "POST /api/v1/orders": () => [422, { error: { code: HALTED.code, message: HALTED.message, field: null, reasons: [HALTED] } }],
  });
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await user.type(await field("Limit price"), "12.50");
  await user.type(await field("Quantity"), "100");
  await waitFor(async () => expect((await submit(/^Buy/)).hasAttribute("disabled")).toBe(false));
  await user.click(await submit(/^Buy/));
  const alert = await screen.findByRole("alert");
  for (const text of ["MKT-HALT", HALTED.message, HALTED.next_step]) expect(alert.textContent).toContain(text);
});

test("a retry after a lost answer carries the same identifier", async () => {
  let lost = true;
  const asked = serve({
    ...ACCOUNT,
    "POST /api/v1/orders": () => {
      if (!lost) return [202, anOrder()];
      lost = false;
      return "unreachable";
    },
  });
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await user.type(await field("Limit price"), "12.50");
  await user.type(await field("Quantity"), "100{Enter}");
  await screen.findByText("No answer from the venue");
  await user.keyboard("{Enter}");
  await screen.findByText(/^Sent:/);
  const ids = asked.filter(({ path }) => path === "/api/v1/orders").flatMap(({ body }) => body["cl_ord_id"] ?? []);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test("what is available is asked for again once an order was answered", async () => {
  let cash = "5000.00";
  serve({
    ...ACCOUNT,
    "GET /api/v1/balances": () => [200, { cash: { asset: "USD", settled: "5000.00", held: "0.00", pending_in: "0.00", pending_out: "0.00", available: cash }, holdings: [] }],
    "POST /api/v1/orders": () => {
      cash = "3750.00";
      return [202, anOrder()];
    },
  });
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await screen.findByText("$5,000.00");
  await user.type(await field("Limit price"), "12.50");
  await user.type(await field("Quantity"), "100{Enter}");
  await screen.findByText("$3,750.00");
  await screen.findByRole("button", { name: "Max 300" });
});

test("a halt closes a filled ticket at once, a resumption opens it again", async () => {
  let halted = false;
  const asked = serve({
    ...ACCOUNT,
    "POST /api/v1/orders/preview": () => [200, halted ? { ...PREVIEW, allowed: false, reasons: [HALTED] } : PREVIEW],
  });
  renderPage(<HaltableTicket />);
  const user = userEvent.setup();
  await user.type(await field("Limit price"), "12.51");
  await user.type(await field("Quantity"), "100");
  await screen.findByText("$3,749.00");
  halted = true;
  await user.click(await submit(/^Operator$/));
  await screen.findByText(HALTED.message);
  const button = await submit(/^Trading in ACME is halted$/);
  expect(button.hasAttribute("disabled")).toBe(true);
  await user.type(await field("Quantity"), "{Enter}");
  expect(asked.some(({ method, path }) => method === "POST" && path === "/api/v1/orders")).toBe(false);
  halted = false;
  await user.click(await submit(/^Operator$/));
  await waitFor(() => expect(screen.queryByText(HALTED.message)).toBeNull());
  expect((await submit(/^Buy 100 ACME/)).hasAttribute("disabled")).toBe(false);
});

test("the preview of an order beyond the account's means says what is missing, not what cannot be", async () => {
  const estimate = { ...PREVIEW.estimate, notional: "178922.38", cash_after: "-173922.38" };
  serve({ ...ACCOUNT, "POST /api/v1/orders/preview": { ...PREVIEW, allowed: false, reasons: [HALTED], estimate } });
  const { container } = renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await user.type(await field("Limit price"), "12.51");
  await user.type(await field("Quantity"), "100");
  await screen.findByText("This order would be refused");
  await screen.findByText("$173,922.38");
  expect(container.textContent).not.toContain("-$");
});

test("choosing a side leads to what is still missing, the price first", async () => {
  serve(ACCOUNT);
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  const priceField = await field("Limit price");
  await user.keyboard("s");
  expect(document.activeElement).toBe(priceField);
  await user.keyboard("12.50");
  priceField.blur();
  await user.keyboard("b");
  expect(document.activeElement).toBe(await field("Quantity"));
});

test("faults in the draft are named and nothing is sent", async () => {
  const asked = serve(ACCOUNT);
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await user.type(await field("Limit price"), "12.505");
  await user.type(await field("Quantity"), "7{Enter}");
  await screen.findByText("Prices move in steps of 0.01.");
  await screen.findByText("Quantities come in lots of 5.");
  expect((await field("Limit price")).getAttribute("aria-invalid")).toBe("true");
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});

test("stale prices want a second confirmation", async () => {
  const asked = serve({ ...ACCOUNT, "POST /api/v1/orders": () => [202, anOrder()] });
  renderPage(<Ticket connection={{ state: "stale", since: new Date() }} />);
  const user = userEvent.setup();
  await user.type(await field("Limit price"), "12.50");
  await user.type(await field("Quantity"), "100{Enter}");
  await screen.findByRole("alertdialog", { name: "Prices are not live" });
  expect(asked.some(({ path, method }) => method === "POST" && path === "/api/v1/orders")).toBe(false);
  await user.click(await submit(/^Send anyway$/));
  await screen.findByText(/^Sent:/);
});

test("whoever is signed out is led to sign in and back to the same market", async () => {
  serve({ "GET /api/v1/session": SIGNED_OUT });
  renderPage(<Ticket connection={LIVE} />, "/markets/ACME");
  const link = await screen.findByRole("link", { name: "Sign in to trade" });
  expect(link.getAttribute("href")).toBe("/sign-in?next=%2Fmarkets%2FACME");
});

test("a stop order says what it waits for, and shows only its own fields", async () => {
  const asked = serve({ ...ACCOUNT, "POST /api/v1/orders": () => [202, anOrder()] });
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("radio", { name: "Stop" }));
  expect(screen.queryByRole("textbox", { name: "Limit price" })).toBeNull();
  const group = within(screen.getByRole("radiogroup", { name: "Stop" }));
  await user.click(group.getByRole("radio", { name: "Limit" }));
  screen.getByText(/Waits, hidden, until a trade reaches the stop price; then trades at your limit or better/);
  await user.type(await field("Stop price"), "12.60");
  await user.type(await field("Limit price once triggered"), "12.70");
  await user.type(await field("Quantity"), "100");
  await user.click(await submit(/^Buy 100 ACME at 12.70 once 12.60 trades — stop limit, day$/));
  await screen.findByText(/^Sent:/);
  const sent = asked.find(({ method, path }) => method === "POST" && path === "/api/v1/orders");
  expect(sent?.body).toMatchObject({ ord_type: "STOP_LIMIT", stop_px: "12.6", price: "12.7" });
});

test("a pair is sent as two legs with identifiers of their own", async () => {
  const leg = anOrder({ linked_order_id: "2" });
  const asked = serve({
    ...ACCOUNT,
    "POST /api/v1/orders/pair/preview": PREVIEW,
    "POST /api/v1/orders/pair": () => [202, { limit: leg, stop: { ...leg, id: "2" } }],
  });
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await user.keyboard("s");
  await user.click(await screen.findByRole("radio", { name: "Pair" }));
  await user.click(screen.getByRole("radio", { name: "Trailing" }));
  await user.type(await field("Limit price"), "14");
  await user.type(await field("Trail"), "0.50");
  await user.type(await field("Quantity"), "100");
  await user.click(await submit(/^Sell 100 ACME at 14.00, or once it falls 0.50 from its high — pair, day$/));
  await screen.findByText(/^Sent: Sell 100 ACME at 14.00, or/);
  const [sent] = asked.filter(({ path }) => path === "/api/v1/orders/pair");
  expect(sent?.body).toMatchObject({
    side: "SELL",
    order_qty: "100",
    time_in_force: "DAY",
    limit: { price: "14", cl_ord_id: expect.stringMatching(/^web-.*-limit$/) as string },
    stop: { ord_type: "TRAILING_STOP", trail: "0.5", cl_ord_id: expect.stringMatching(/^web-.*-stop$/) as string },
  });
});

test("the preview tells the fee, its rates, and in sentences what the order will do", async () => {
  serve(ACCOUNT);
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  await user.type(await field("Limit price"), "12.51");
  await user.type(await field("Quantity"), "100");
  await screen.findByText("$1.88");
  screen.getByText("0.10 % resting · 0.15 % taking · 0.05 % in auctions");
  const list = screen.getByRole("list", { name: "What the order will do" });
  expect(list.textContent).toBe("Rests in the book at 12.51 until the close.");
});

test("conditions in use are counted while they are out of sight, and faults in them are shown", async () => {
  serve(ACCOUNT);
  renderPage(<Ticket connection={LIVE} />);
  const user = userEvent.setup();
  const advanced = await submit(/^Advanced/);
  await user.click(advanced);
  await user.type(await field("Displayed quantity"), "105");
  await user.click(screen.getByRole("radio", { name: "Slide" }));
  screen.getByText(/it is moved one step short of the best price/);
  await user.click(advanced);
  expect(advanced.textContent).toBe("Advanced2 in use");
  await user.type(await field("Limit price"), "12.51");
  await user.type(await field("Quantity"), "100{Enter}");
  await screen.findByText("No more can be displayed than the order has.");
  expect(document.activeElement).toBe(await field("Displayed quantity"));
});

test("an auction takes orders that can wait, and says which it does not take", async () => {
  const asked = serve({ ...ACCOUNT, "POST /api/v1/orders": () => [202, anOrder()] });
  renderPage(<Ticket connection={LIVE} listing={{ ...LISTING, state: "CLOSING_CALL" }} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("radio", { name: "Market" }));
  await user.type(await field("Quantity"), "100");
  expect((await submit(/^Not taken in this phase$/)).hasAttribute("disabled")).toBe(true);
  screen.getByText(/^Closing auction: only orders that can wait are taken/);
  await user.click(screen.getByRole("button", { name: /Time in force/ }));
  await user.click(await screen.findByRole("option", { name: /^At close/ }));
  await user.click(await submit(/^Buy 100 ACME at market — at the close$/));
  await screen.findByText(/^Sent:/);
  const sent = asked.find(({ method, path }) => method === "POST" && path === "/api/v1/orders");
  expect(sent?.body).toMatchObject({ ord_type: "MARKET", time_in_force: "AT_CLOSE" });
});

test("the ticket has no fault that axe can see", async () => {
  serve(ACCOUNT);
  const { container } = renderPage(<Ticket connection={LIVE} />);
  await screen.findByText("$5,000.00");
  expect(await faultsIn(container)).toEqual([]);
});
