import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { TeamPage } from "./TeamPage";

const TEAM = {
  role: "SIGNER",
  may_decide: true,
  roles: { VIEWER: "Viewer: sees everything", TRADER: "Trader: enters and cancels orders", SIGNER: "Signer: moves money" },
  members: [
    { id: "1", name: "Ada", email: "ada@example.com", role: "SIGNER", is_you: true },
    { id: "2", name: "Ben", email: "ben@example.com", role: "VIEWER", is_you: false },
  ],
  invitations: [{ id: "5", email: "cy@example.com", role: "TRADER", invited_by: "Ada", expires_at: "2026-01-08T00:00:00.000Z" }],
};
const ROUTES = { "GET /api/v1/session": SIGNED_IN, "GET /api/v1/issuers": { results: [] }, "GET /api/v1/accounts/12/members": TEAM };

test("a signer invites somebody and takes an invitation back", async () => {
  const asked = serve({
    ...ROUTES,
    "POST /api/v1/accounts/12/invitations": () => [201, TEAM.invitations[0]],
    "DELETE /api/v1/accounts/12/invitations/5": () => [200, ""],
  });
  const { container } = renderPage(<TeamPage />, "/team");
  const user = userEvent.setup();
  await screen.findByText("ben@example.com");
  expect(await faultsIn(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Invite somebody" }));
  await user.click(screen.getByRole("button", { name: "Send the invitation" }));
  await screen.findByText("Give an e-mail address.");
  await user.type(screen.getByRole("textbox", { name: "E-mail address" }), "dee@example.com");
  await user.click(screen.getByRole("radio", { name: "Trader" }));
  await user.click(screen.getByRole("button", { name: "Send the invitation" }));
  await waitFor(() => expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ email: "dee@example.com", role: "TRADER" }));
  await user.click(await screen.findByRole("button", { name: "Take back the invitation to cy@example.com" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
});

test("whoever may not decide sees who is a member, and why nothing can be changed", async () => {
  serve({ ...ROUTES, "GET /api/v1/accounts/12/members": { ...TEAM, role: "VIEWER", may_decide: false } });
  renderPage(<TeamPage />, "/team");
  await screen.findByText("Only signers of the account decide who else is a member.");
  expect(screen.queryByRole("button", { name: "Invite somebody" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Remove Ben" })).toBeNull();
  expect(screen.getByRole("button", { name: /^Leave/ })).toBeTruthy();
});
