import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import type { Notice } from "../api/types";
import { SIGNED_IN, SIGNED_OUT, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { Toasts } from "../ui/Toasts";
import { Bell } from "./Bell";
import { InboxPage } from "./InboxPage";

const SWITCHES = {
  results: [
    { kind: "EXPIRY", title: "What expires soon", mail: true, may_be_off: true },
    { kind: "SAFETY", title: "Your sign-in and contact", mail: true, may_be_off: false },
  ],
};

const aNotice = (id: string, fields: Partial<Notice> = {}): Notice => ({
  id,
  kind: "EXPIRY",
  subject: `Notice ${id}`,
  text: "Your tax form ends on 3 March 2026.",
  link: "/apply",
  at: "2026-01-01T10:00:00.000Z",
  read_at: null,
  ...fields,
});

function open(results: Notice[], more = {}) {
  const asked = serve({
    "GET /api/v1/session": SIGNED_IN,
    "GET /api/v1/notices": { results, next: null, unread: results.length },
    "GET /api/v1/notices/unread": { unread: 2 },
    "GET /api/v1/notices/switches": SWITCHES,
    "POST /api/v1/notices/read": { unread: 0 },
    ...more,
  });
  return { asked, ...renderPage(<><Bell /><InboxPage /><Toasts /></>) };
}

test("what is new is marked, counted by the bell, and read once it was looked at", async () => {
  const { asked, container } = open([aNotice("7"), aNotice("6", { read_at: "2026-01-01T10:00:00.000Z", link: "" })]);
  const [first, second] = (await screen.findAllByRole("listitem")).map((row) => within(row));
  first?.getByText("New");
  expect(first?.getByRole("link").getAttribute("href")).toBe("/apply");
  expect(second?.queryByText("New")).toBeNull();
  expect(second?.queryByRole("link")).toBeNull();
  await waitFor(() => expect(asked.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([{ up_to: 7 }]));
  await screen.findByRole("link", { name: "Inbox" });
  expect(await faultsIn(container)).toEqual([]);
});

test("the bell says how much is unread", async () => {
  open([aNotice("6", { read_at: "2026-01-01T10:00:00.000Z" })]);
  expect((await screen.findByRole("link", { name: "Inbox, 2 unread" })).textContent).toBe("2");
});

test("an empty inbox says what comes there, and marks nothing", async () => {
  const { asked } = open([]);
  await screen.findByText(/^Nothing yet/);
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});

test("mail of a kind is switched off, and what keeps a sign-in safe is always mailed", async () => {
  const { asked } = open([], {
    "POST /api/v1/notices/switches": { results: [{ ...SWITCHES.results[0], mail: false }, SWITCHES.results[1]] },
  });
  const expiry = await screen.findByRole("checkbox", { name: "What expires soon" });
  expect((screen.getByRole("checkbox", { name: /^Your sign-in/ }) as HTMLInputElement).disabled).toBe(true);
  await userEvent.click(expiry);
  await waitFor(() => expect((expiry as HTMLInputElement).checked).toBe(false));
  expect(asked.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([{ kind: "EXPIRY", mail: false }]);
});

test("a switch that was refused stays, and says why", async () => {
  open([], { "POST /api/v1/notices/switches": () => [400, { error: { code: "ALWAYS_MAILED", message: "It cannot be." } }] });
  const expiry = await screen.findByRole("checkbox", { name: "What expires soon" });
  await userEvent.click(expiry);
  await screen.findByText("It cannot be.");
  expect((expiry as HTMLInputElement).checked).toBe(true);
});

test("a visitor is asked to sign in, and has no bell", async () => {
  serve({ "GET /api/v1/session": SIGNED_OUT });
  renderPage(<><Bell /><InboxPage /></>);
  await screen.findByRole("link", { name: "Sign in" });
  expect(screen.queryByRole("link", { name: /^Inbox/ })).toBeNull();
});
