import { beforeEach, expect, test } from "vitest";

import { ApiError } from "../api/client";
import { anApplication } from "../testing/onboarding";
import { listAt, textAt, withValue, withoutSecrets } from "./answers";
import { forgetAll, keep, kept } from "./draft";
import { byField, problemsOf, sendable } from "./sending";
import { backwards, begun, onwards } from "./way";

beforeEach(() => sessionStorage.clear());

test("an answer is put in its place, and nothing else is touched", () => {
  const before = { people: [{ first_name: "Ada" }, { first_name: "Bo" }], certified: true };
  const after = withValue(before, "people.1.last_name", "Li");
  expect(after).toEqual({ people: [{ first_name: "Ada" }, { first_name: "Bo", last_name: "Li" }], certified: true });
  expect(before.people[1]).toEqual({ first_name: "Bo" });
  expect(after.people).not.toBe(before.people);
  expect(listAt(after, "people")[0]).toBe(before.people[0]);
  expect(withValue({}, "facts.income", "1")).toEqual({ facts: { income: "1" } });
});

test.each([
  ["people.0.born_on", "1990-01-02"],
  ["people.1.born_on", ""],
  ["people", ""],
  ["nothing.there", ""],
])("as text, %s is %o", (path, text) => {
  expect(textAt({ people: [{ born_on: "1990-01-02" }] }, path)).toBe(text);
});

test("what is typed is kept for the tab, but no tax number and no number of a document", () => {
  const typed = { people: [{ first_name: "Ada", tin: "123456789", id_number: "X1" }, { tin: "•••6789" }] };
  keep("5", "TAX", {}, typed);
  expect(JSON.stringify({ ...sessionStorage })).not.toMatch(/123456789|X1/);
  expect(kept("5", "TAX", {})).toEqual({ people: [{ first_name: "Ada" }, { tin: "•••6789" }] });
  expect(kept("6", "TAX", {})).toBeNull();
  forgetAll();
  expect(kept("5", "TAX", {})).toBeNull();
});

test("what was typed over older answers is dropped: the newer ones count", () => {
  keep("5", "ADDRESS", { people: [{ city: "Rome" }] }, { people: [{ city: "Rom" }] });
  expect(kept("5", "ADDRESS", { people: [{ city: "Oslo" }] })).toBeNull();
  expect(withoutSecrets({ tin: "1", name: "A" })).toEqual({ name: "A" });
});

test("amounts are sent as plain decimals, and what is none as it was typed", () => {
  expect(sendable({ income: " $1,250,000.50 ", net_worth: "a lot", liquid_net_worth: "−$5,000", people: [{ owns_percent: "25 %", city: " Oslo " }], certified: true })).toEqual({
    income: "1250000.5",
    net_worth: "a lot",
    liquid_net_worth: "-5000",
    people: [{ owns_percent: "25", city: "Oslo" }],
    certified: true,
  });
});

test("every problem the venue names is found at its field", () => {
  const refused = new ApiError(422, {
    error: {
      code: "UNDER_AGE",
      message: "You must be 18.",
      field: "people.0.born_on",
      reasons: [
        { code: "UNDER_AGE", message: "You must be 18.", field: "people.0.born_on" },
        { code: "REQUIRED", message: "Give the last name.", field: "people.0.last_name" },
      ],
    },
  });
  expect(byField(problemsOf(refused))).toEqual({ "people.0.born_on": "You must be 18.", "people.0.last_name": "Give the last name." });
  const single = new ApiError(422, { error: { code: "X", message: "No.", field: "custodian", reasons: [] } });
  expect(byField(problemsOf(single))).toEqual({ custodian: "No." });
});

const states = (...done: string[]) => anApplication().steps.map((one) => ({ ...one, state: done.includes(one.step) ? ("DONE" as const) : ("TODO" as const) }));

test.each([
  [[], undefined, "/apply/5/identity"],
  [["IDENTITY"], "IDENTITY" as const, "/apply/5/address"],
  [["IDENTITY", "ADDRESS", "TAX"], "IDENTITY" as const, "/apply/5/finances"],
  [anApplication().steps.map(({ step }) => step).filter((step) => step !== "ADDRESS"), "AGREEMENTS" as const, "/apply/5/address"],
  [anApplication().steps.map(({ step }) => step), "TAX" as const, "/apply/5/review"],
])("with %o done, the way on after %s is %s", (done, after, path) => {
  expect(onwards({ id: "5", steps: states(...done) }, after)).toBe(path);
});

test("back leads to the step before, from the first to where the application stands", () => {
  expect(backwards(anApplication(), "ADDRESS")).toBe("/apply/5/identity");
  expect(backwards(anApplication(), "IDENTITY")).toBe("/apply/5");
});

test("a form begins with a place for everybody it asks about", () => {
  expect(begun("IDENTITY", anApplication({ kind: "JOINT" }), {})).toEqual({ people: [{}, {}] });
  expect(begun("OWNERS", anApplication({ kind: "LLC" }), {})).toEqual({ people: [{ role: "CONTROL_PERSON" }, { role: "BENEFICIAL_OWNER" }] });
  expect(begun("OWNERS", anApplication({ kind: "TRUST" }), {})).toEqual({ people: [{ role: "TRUSTEE" }] });
  expect(begun("OWNERS", anApplication({ kind: "LLC" }), { people: [], nobody_owns_25: true })).toEqual({ people: [], nobody_owns_25: true });
  expect(begun("ACCREDITATION", anApplication({ purpose: "ACCREDITATION" }), {})).toEqual({ wanted: true });
});
