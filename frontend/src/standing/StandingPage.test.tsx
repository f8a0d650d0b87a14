import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { StandingMatter } from "../api/types";
import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import { StandingPage } from "./StandingPage";

const aMatter = (matter: StandingMatter["matter"], title: string, fields: Partial<StandingMatter> = {}): StandingMatter => ({
  matter,
  title,
  state: "GOOD",
  until: "2027-03-03",
  rests_on: "",
  is_needed: true,
  renew: "RENEW_IDENTITY",
  ...fields,
});

const IDENTITY = aMatter("IDENTITY", "Identity");
const ACCREDITATION = aMatter("ACCREDITATION", "Accredited status", { rests_on: "Income, by tax forms (method A)" });
const TAX = aMatter("TAX", "Tax form", { until: null, rests_on: "W-9 (U.S. person)" });

function open(matters: StandingMatter[], may_buy = true) {
  serve({
    "GET /api/v1/session": SIGNED_IN,
    "GET /api/v1/listings": { results: [] },
    "GET /api/v1/standing": { account: "12", investor_class: "ACCREDITED", today: "2026-01-01", may_buy, matters },
  });
  return renderPage(<StandingPage />);
}

const rowOf = (title: string) => within(screen.getByRole("heading", { name: new RegExp(`^${title}`) }).closest("li") as HTMLElement);

test("what is good says until when and what it rests on, and asks for nothing", async () => {
  const { container } = open([IDENTITY, ACCREDITATION, TAX]);
  await screen.findByRole("heading", { name: "All is in order" });
  rowOf("Identity").getByText("Good until 3 Mar 2027");
  rowOf("Accredited status").getByText("Income, by tax forms (method A)");
  rowOf("Tax form").getByText("Has no end");
  expect(screen.queryByRole("link", { name: /Renew/ })).toBeNull();
  expect(await faultsIn(container)).toEqual([]);
});

test("what ends soon is renewed from here", async () => {
  open([{ ...IDENTITY, state: "ENDS_SOON" }, ACCREDITATION, TAX]);
  await screen.findByRole("heading", { name: "Something ends soon" });
  expect(rowOf("Identity").getByRole("link", { name: "Renew: Identity" }).getAttribute("href")).toBe("/apply");
});

test("who must not buy is told so, that they may sell, and why", async () => {
  open([{ ...IDENTITY, state: "ENDED" }, ACCREDITATION, TAX], false);
  await screen.findByRole("heading", { name: "You may sell, not buy" });
  rowOf("Identity").getByText("Was good until 3 Mar 2027");
});

test("accredited status that has ended closes a part alone", async () => {
  open([IDENTITY, { ...ACCREDITATION, state: "ENDED" }, TAX]);
  await screen.findByRole("heading", { name: "Part of what you could buy is closed to you" });
});

test("status nobody asks for may be verified, and is no fault", async () => {
  open([IDENTITY, { ...ACCREDITATION, state: "NONE", until: null, is_needed: false, rests_on: "" }, TAX]);
  await screen.findByRole("heading", { name: "All is in order" });
  rowOf("Accredited status").getByText(/not needed for what is open to everybody/);
  rowOf("Accredited status").getByRole("link", { name: "Verify: Accredited status" });
});
