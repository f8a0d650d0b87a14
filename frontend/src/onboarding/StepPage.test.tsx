import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { beforeEach, expect, test, vi } from "vitest";

import { anApplication } from "../testing/onboarding";
import { SIGNED_IN, faultsIn, renderPage } from "../testing/render";
import { serve } from "../testing/server";
import type { Answers } from "./answers";
import { StepPage } from "./StepPage";
import type { Application, Step } from "./types";

beforeEach(() => {
  sessionStorage.clear();
  window.scrollTo = vi.fn();
});

function open(step: Step, { answers = {}, application = {}, more = {} }: { answers?: Answers; application?: Partial<Application>; more?: object } = {}) {
  const asked = serve({
    "GET /api/v1/session": { ...SIGNED_IN, accounts: [] },
    "GET /api/v1/applications": { results: [] },
    "GET /api/v1/applications/5": anApplication(application),
    [`GET /api/v1/applications/5/steps/${step}`]: { step, answers, texts: [] },
    ...more,
  });
  const page = (
    <Routes>
      <Route path="/apply/:id/:step" element={<StepPage />} />
      <Route path="/apply/:id" element={<p>Where it stands</p>} />
    </Routes>
  );
  return { asked, ...renderPage(page, `/apply/5/${step.toLowerCase().replaceAll("_", "-")}`) };
}

const saved = (asked: ReturnType<typeof serve>) => asked.filter(({ method }) => method === "PUT").map(({ body }) => body.answers);

test("all problems stand beside their fields, nothing is lost, and the first one has the focus", async () => {
  const refusal = {
    error: {
      code: "REQUIRED",
      message: "Give the last name.",
      field: "people.0.last_name",
      reasons: [
        { code: "REQUIRED", message: "Give the last name.", field: "people.0.last_name" },
        { code: "UNDER_AGE", message: "You have to be 18 to have an account here.", field: "people.0.born_on" },
      ],
    },
  };
  const { asked } = open("IDENTITY", { more: { "PUT /api/v1/applications/5/steps/IDENTITY": () => [422, refusal] } });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("First name"), "Ada");
  await user.click(screen.getByRole("button", { name: "Save and continue" }));
  expect(await screen.findByRole("alert")).toBeTruthy();
  const lastName = screen.getByRole("textbox", { name: "Last name" });
  expect(lastName.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(lastName);
  screen.getByText("2 things to mend. Nothing was saved yet.");
  expect(screen.getAllByText("You have to be 18 to have an account here.")).toHaveLength(2);
  expect(screen.getByRole("textbox", { name: "First name" })).toHaveProperty("value", "Ada");
  expect(saved(asked)).toEqual([{ people: [{ first_name: "Ada" }] }]);
});

test("what was saved leads on to the next step", async () => {
  const done = anApplication({ steps: anApplication().steps.map((one) => (one.step === "IDENTITY" ? { ...one, state: "DONE" } : one)) });
  open("IDENTITY", {
    more: {
      "PUT /api/v1/applications/5/steps/IDENTITY": done,
      "GET /api/v1/applications/5/steps/ADDRESS": { step: "ADDRESS", answers: {} },
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Save and continue" }));
  expect(await screen.findByRole("heading", { name: "Address", level: 1 })).toBe(document.activeElement);
  const steps = within(screen.getByRole("navigation", { name: "Steps of the application" }));
  expect(steps.getByRole("link", { name: /Address/ }).getAttribute("aria-current")).toBe("step");
  steps.getByRole("link", { name: /Identity, done/ });
});

test("leaving without saving loses nothing but secrets", async () => {
  open("IDENTITY");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("First name"), "Ada");
  await user.type(screen.getByLabelText("Number of the document"), "C01X00T47");
  expect(JSON.stringify({ ...sessionStorage })).not.toContain("C01X");
  cleanup();
  open("IDENTITY");
  await screen.findByText(/did not save is filled in again/);
  expect(screen.getByLabelText("First name")).toHaveProperty("value", "Ada");
  expect(screen.getByLabelText("Number of the document")).toHaveProperty("value", "");
});

test("a secret is shown by its end, and kept unless it is given anew", async () => {
  const answers = { people: [{ tax_country: "US", tin_kind: "SSN", tin: "•••6789" }], certified: true, typed_name: "Ada Lovelace" };
  const { asked } = open("TAX", { answers, more: { "PUT /api/v1/applications/5/steps/TAX": anApplication() } });
  await screen.findByText("•••6789, kept encrypted");
  await userEvent.click(screen.getByRole("button", { name: "Change" }));
  await userEvent.type(screen.getByLabelText("Tax number"), "12");
  await userEvent.click(screen.getByRole("button", { name: "Keep •••6789" }));
  await userEvent.click(screen.getByRole("button", { name: "Save and continue" }));
  await vi.waitFor(() => expect(saved(asked)).toEqual([answers]));
});

test("Americans are taxed at home, and give an American number", async () => {
  open("TAX", {
    more: {
      "GET /api/v1/applications/5/steps/TAX": {
        step: "TAX",
        answers: {},
        texts: [
          { code: "W9_CERTIFICATION", title: "Form W-9", version: "1", text: "I am a U.S. person." },
          { code: "W8BEN_CERTIFICATION", title: "Form W-8BEN", version: "1", text: "I am not a U.S. person." },
        ],
      },
      "GET /api/v1/applications/5/steps/IDENTITY": { step: "IDENTITY", answers: { people: [{ citizenship: "US" }] } },
      "GET /api/v1/applications/5/steps/ADDRESS": { step: "ADDRESS", answers: { people: [{ country: "FR" }] } },
    },
  });
  await vi.waitFor(() => expect(screen.getByLabelText("Taxed in")).toHaveProperty("value", "US"));
  screen.getByText("I am a U.S. person.");
  const kinds = within(screen.getByLabelText("Kind of number")).getAllByRole("option").map(({ textContent }) => textContent);
  expect(kinds).toEqual(["Choose …", "Social Security number (SSN)", "Individual taxpayer number (ITIN)"]);
  await userEvent.selectOptions(screen.getByLabelText("Taxed in"), "FR");
  screen.getByText("I am not a U.S. person.");
  expect(screen.queryByText("I am a U.S. person.")).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("Tax number of France"), "NONE");
  expect(screen.queryByLabelText("Tax number")).toBeNull();
  screen.getByLabelText(/^Rate under a tax treaty/);
});

test("a state is chosen from a list in the United States, and written elsewhere", async () => {
  open("ADDRESS");
  await userEvent.selectOptions(await screen.findByLabelText("Country"), "US");
  await userEvent.selectOptions(screen.getByLabelText("State"), "NY");
  await userEvent.selectOptions(screen.getByLabelText("Country"), "DE");
  expect(screen.getByLabelText("Region").tagName).toBe("INPUT");
});

test("owners of an LLC are added and removed", async () => {
  const { asked } = open("OWNERS", { application: { kind: "LLC", steps: [{ step: "OWNERS", state: "TODO", problem: null }] }, more: { "PUT /api/v1/applications/5/steps/OWNERS": anApplication() } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Add an owner" }));
  const second = within(screen.getByRole("group", { name: "Owner 2" }));
  await user.type(second.getByLabelText("First name"), "Bo");
  await user.click(within(screen.getByRole("group", { name: "Owner 1" })).getByRole("button", { name: "Remove Owner 1" }));
  expect(screen.getByRole("group", { name: "Owner 1" })).toBe(screen.getByDisplayValue("Bo").closest("fieldset"));
  await user.click(screen.getByRole("button", { name: "Save and continue" }));
  await vi.waitFor(() => expect(saved(asked)).toEqual([{ people: [{ role: "CONTROL_PERSON" }, { role: "BENEFICIAL_OWNER", first_name: "Bo" }] }]));
});

test("an agreement is read in place and signed by typing one's name", async () => {
  const agreement = { code: "CUSTOMER", title: "Customer agreement", version: "1", text: "First.\n\nSecond.", signed_at: null, typed_name: null };
  const { asked, container } = open("AGREEMENTS", { application: { agreements: [agreement] }, more: { "PUT /api/v1/applications/5/steps/AGREEMENTS": anApplication() } });
  const text = await screen.findByRole("region", { name: "Text: Customer agreement" });
  expect(within(text).getByText("Second.")).toBeTruthy();
  screen.getByText("Type: Ada Lovelace");
  await userEvent.type(screen.getByLabelText("Your full legal name, to sign: Customer agreement"), "Ada Lovelace");
  expect(await faultsIn(container)).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Save and continue" }));
  await vi.waitFor(() => expect(saved(asked)).toEqual([{ signatures: [{ code: "CUSTOMER", version: "1", typed_name: "Ada Lovelace" }] }]));
});

test("what is sent in is not changed any more", async () => {
  open("IDENTITY", { application: { stage: "IN_REVIEW" } });
  await screen.findByText("Where it stands");
});
