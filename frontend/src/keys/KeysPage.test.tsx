import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { KeysPage } from "./KeysPage";

const KEY = {
  id: "7",
  account: "12",
  person: "Ada",
  is_yours: true,
  name: "Market maker",
  public_id: "key_0123456789abcdef01234567",
  scopes: ["READ", "TRADE"],
  scheme: "HMAC_SHA256",
  networks: ["203.0.113.0/24"],
  made_at: "2026-01-01T00:00:00.000Z",
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
};

test("a key is made, its secret is shown once, and it is revoked", async () => {
  const asked = serve({
    "GET /api/v1/session": SIGNED_IN,
    "GET /api/v1/keys": { results: [KEY] },
    "POST /api/v1/keys": () => [201, { ...KEY, secret: "a-secret-shown-once" }],
    "DELETE /api/v1/keys/7": KEY,
  });
  const { container } = renderPage(<KeysPage />, "/keys");
  const user = userEvent.setup();
  await screen.findByText("Market maker");
  expect(await faultsIn(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Make a key" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Robot");
  await user.click(screen.getByRole("radio", { name: "HMAC-SHA-256" }));
  await user.type(screen.getByRole("textbox", { name: "From which addresses" }), "203.0.113.7, 198.51.100.0/24");
  await user.click(screen.getByRole("radio", { name: "No end" }));
  await user.click(screen.getByRole("button", { name: "Make a key" }));
  await screen.findByText("a-secret-shown-once");
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
    account: 12,
    name: "Robot",
    scopes: ["READ"],
    scheme: "HMAC_SHA256",
    public_key: "",
    networks: ["203.0.113.7", "198.51.100.0/24"],
    expires_at: null,
  });
  await user.click(screen.getByRole("button", { name: "I have kept it" }));
  await waitFor(() => expect(screen.queryByText("a-secret-shown-once")).toBeNull());
  await user.click(screen.getByRole("button", { name: "Revoke Market maker" }));
  await user.click(await screen.findByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
});

test("a viewer makes no key that trades, and is told why", async () => {
  serve({
    "GET /api/v1/session": { ...SIGNED_IN, accounts: [{ id: "12", number: "A-000012", name: "Ada", role: "VIEWER" }] },
    "GET /api/v1/keys": { results: [] },
  });
  renderPage(<KeysPage />, "/keys");
  await userEvent.setup().click(await screen.findByRole("button", { name: "Make a key" }));
  expect((await screen.findByRole("radio", { name: "Read and trade" }) as HTMLInputElement).disabled).toBe(true);
  await screen.findByText("You may look at this account, not trade for it. A signer of the account can change that.");
});
