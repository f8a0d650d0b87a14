import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { SIGNED_IN, SIGNED_OUT, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { NoAccount } from "./NoAccount";

test("a visitor is asked to sign in", async () => {
  serve({ "GET /api/v1/session": SIGNED_OUT });
  renderPage(<NoAccount purpose="to see your orders." />, "/orders");
  expect((await screen.findByRole("link", { name: "Sign in" })).getAttribute("href")).toBe("/sign-in?next=%2Forders");
});

test("whoever has no account yet is shown how to open one", async () => {
  serve({ "GET /api/v1/session": { ...SIGNED_IN, accounts: [] } });
  renderPage(<NoAccount purpose="to see your orders." />);
  expect((await screen.findByRole("link", { name: "Open an account" })).getAttribute("href")).toBe("/apply");
});

test("an operator is told to have none", async () => {
  serve({ "GET /api/v1/session": { ...SIGNED_IN, is_operator: true, accounts: [] } });
  renderPage(<NoAccount purpose="to see your orders." />);
  await screen.findByText("Your sign-in has no trading account.");
  expect(screen.queryByRole("link")).toBeNull();
});
