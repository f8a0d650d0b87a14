import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import type { BankAccount, CashAccount, Withdrawal } from "../api/types";
import { CASH, aBankAccount, aWithdrawal, inDays } from "../testing/books";
import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { Toasts } from "../ui/Toasts";
import { CashPage } from "./CashPage";

interface Shown {
  cash?: Partial<CashAccount>;
  bankAccounts?: BankAccount[];
  withdrawals?: Withdrawal[];
}

function open({ cash = {}, bankAccounts = [aBankAccount()], withdrawals = [] }: Shown = {}, more = {}) {
  const asked = serve({
    "GET /api/v1/session": SIGNED_IN,
    "GET /api/v1/listings": { results: [] },
    "GET /api/v1/orders": { results: [], next: null },
    "GET /api/v1/executions": { results: [], next: null },
    "GET /api/v1/cash": { ...CASH, ...cash },
    "GET /api/v1/cash/movements": {
      results: [
        { id: "2", at: inDays(-1), kind: "TRADE_CASH", text: "Bought 40 ACME at 12.50 USD", amount: "-500.00", balance: "500.00", settlement: "7" },
        { id: "1", at: inDays(-2), kind: "DEPOSIT", text: "Deposit from your bank", amount: "1000.00", balance: "1000.00", settlement: null },
      ],
      next: null,
    },
    "GET /api/v1/bank-accounts": { results: bankAccounts },
    "GET /api/v1/withdrawals": { results: withdrawals, next: null },
    ...more,
  });
  return { asked, ...renderPage(<><CashPage /><Toasts /></>) };
}

const posted = (asked: ReturnType<typeof serve>) => asked.filter(({ method }) => method === "POST");

test("cash is explained part by part, with when what is pending is due", async () => {
  const { container } = open();
  const balance = within(await screen.findByRole("region", { name: "Available" }));
  balance.getByText("$395.00");
  expect(balance.getByText("For purchases not settled").nextElementSibling?.textContent).toBe("−$505.00");
  expect(balance.queryByText("Held for withdrawals")).toBeNull();
  balance.getByText("Due from and for trades");
  expect((await screen.findByText("Bought 40 ACME at 12.50 USD")).getAttribute("href")).toBe("/trades/7");
  expect(await faultsIn(container)).toEqual([]);
});

test("a withdrawal is confirmed first, sent once, and told", async () => {
  const { asked } = open({}, { "POST /api/v1/withdrawals": () => [201, aWithdrawal()] });
  const user = userEvent.setup();
  await user.type(await screen.findByRole("textbox", { name: /^Amount/ }), "250");
  await user.click(screen.getByRole("button", { name: "Withdraw …" }));
  const dialog = within(await screen.findByRole("alertdialog", { name: "Withdraw $250.00?" }));
  dialog.getByText(/To Ada's Bank •••• 1234 of Ada/);
  expect(posted(asked)).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "Withdraw $250.00" }));
  await screen.findByText("Withdrawal of $250.00 requested");
  expect(posted(asked).map(({ body }) => body)).toEqual([
    { account: 12, bank_account_id: 3, amount: "250", request_id: expect.stringMatching(/^web-/) as string },
  ]);
});

test.each([
  ["", "Enter an amount."],
  ["1.234", "Enter dollars and cents, such as 250.00."],
  ["0", "Enter a number above zero."],
  ["395.01", "$395.00 can be withdrawn now."],
])("an amount of %o is met with: %s", async (text, problem) => {
  const { asked } = open();
  const user = userEvent.setup();
  const field = await screen.findByRole("textbox", { name: /^Amount/ });
  if (text) await user.type(field, text);
  await user.click(screen.getByRole("button", { name: "Withdraw …" }));
  await screen.findByText(problem);
  expect(screen.queryByRole("alertdialog")).toBeNull();
  expect(posted(asked)).toEqual([]);
});

test("an unanswered withdrawal is sent again under the same identifier", async () => {
  let tries = 0;
  const { asked } = open({}, { "POST /api/v1/withdrawals": () => ((tries += 1) === 1 ? "unreachable" : [201, aWithdrawal()]) });
  const user = userEvent.setup();
  await user.type(await screen.findByRole("textbox", { name: /^Amount/ }), "250");
  const send = async () => {
    await user.click(screen.getByRole("button", { name: "Withdraw …" }));
    await user.click(await screen.findByRole("button", { name: "Withdraw $250.00" }));
  };
  await send();
  await screen.findByText(/Sending it again is safe/);
  await send();
  await screen.findByText("Withdrawal of $250.00 requested");
  expect(new Set(posted(asked).map(({ body }) => body.request_id)).size).toBe(1);
});

test("a bank account says what it waits for, and until when; none of these can be used yet", async () => {
  open({
    bankAccounts: [
      aBankAccount({ id: "4", status: "UNVERIFIED", verified_at: null, usable_at: null }),
      aBankAccount({ id: "5", usable_at: inDays(2) }),
    ],
  });
  await screen.findByText("Waiting for the venue to verify it.");
  screen.getByText(/^Verified\. Withdrawals may go there from/);
  screen.getByText("None of your bank accounts can be used yet: see below what they wait for.");
});

test("a bank account is added, and a fault told at its field", async () => {
  let tries = 0;
  const refusal = { error: { code: "ROUTING_NUMBER_INVALID", message: "Nine digits.", field: "routing_number", reasons: [] } };
  const { asked } = open({}, { "POST /api/v1/bank-accounts": () => ((tries += 1) === 1 ? [422, refusal] : [201, aBankAccount()]) });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Add" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add a bank account" }));
  await user.click(dialog.getByRole("button", { name: "Add" }));
  expect(dialog.getAllByText("Fill this in.")).toHaveLength(3);
  await user.type(dialog.getByRole("textbox", { name: "Bank" }), "Ada's Bank");
  await user.type(dialog.getByRole("textbox", { name: "Routing number" }), "021000021");
  await user.type(dialog.getByRole("textbox", { name: "Account number" }), "00001234");
  await user.click(dialog.getByRole("button", { name: "Add" }));
  await dialog.findByText("Nine digits.");
  expect(await faultsIn(screen.getByRole("dialog"))).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "Add" }));
  await screen.findByText("Bank account added");
  expect(posted(asked)[0]?.body).toEqual({ account: 12, holder: "Ada", bank_name: "Ada's Bank", routing_number: "021000021", account_number: "00001234" });
});

test("what was asked for can be canceled until it is released", async () => {
  const { asked } = open(
    { withdrawals: [aWithdrawal(), aWithdrawal({ id: "11", status: "RETURNED", reason: "Account closed" })] },
    { "POST /api/v1/withdrawals/12/cancel": () => [200, aWithdrawal({ status: "CANCELED" })] },
  );
  await screen.findByText("Account closed");
  await userEvent.click(screen.getByRole("button", { name: "Cancel the withdrawal of $250.00" }));
  await screen.findByText("Withdrawal of $250.00 canceled");
  expect(posted(asked).map(({ path }) => path)).toEqual(["/api/v1/withdrawals/12/cancel"]);
});
