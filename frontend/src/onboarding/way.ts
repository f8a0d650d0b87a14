/** The way through an application: its pages, in order, and which comes next. */
import { type Answers, listAt } from "./answers";
import { type Agreement, type Application, type Kind, type Step, type StepState, isCompany } from "./types";

export const pathOfStep = (step: Step): string => step.toLowerCase().replaceAll("_", "-");
export const stepOfPath = (path: string, steps: readonly StepState[]): StepState | undefined => steps.find(({ step }) => pathOfStep(step) === path);

export const applicationPath = (id: string): string => `/apply/${id}`;
export const stepPath = (id: string, step: Step): string => `/apply/${id}/${pathOfStep(step)}`;
export const reviewPath = (id: string): string => `/apply/${id}/review`;

/** The next page that asks something: after this step, else before it, else the review. */
export function onwards({ id, steps }: Pick<Application, "id" | "steps">, after?: Step): string {
  const here = steps.findIndex(({ step }) => step === after);
  const next = [...steps.slice(here + 1), ...steps.slice(0, Math.max(here, 0))].find(({ state }) => state !== "DONE");
  return next ? stepPath(id, next.step) : reviewPath(id);
}

/** The page before this one. */
export function backwards({ id, steps }: Pick<Application, "id" | "steps">, from: Step): string {
  const before = steps[steps.findIndex(({ step }) => step === from) - 1];
  return before ? stepPath(id, before.step) : applicationPath(id);
}

const peopleAsked = (kind: Kind): number => (kind === "JOINT" ? 2 : 1);

/** What a step's form begins with: what was saved, and a place for everybody and everything it asks about. */
export function begun(step: Step, { kind, agreements, purpose }: Pick<Application, "kind" | "agreements" | "purpose">, saved: Answers): Answers {
  const people = listAt(saved, "people");
  switch (step) {
    case "OWNERS": {
      if (people.length > 0 || saved.nobody_owns_25 === true) return saved;
      const roles = isCompany(kind) ? ["CONTROL_PERSON", "BENEFICIAL_OWNER"] : ["TRUSTEE"];
      return { ...saved, people: roles.map((role) => ({ role })) };
    }
    case "IDENTITY":
    case "ADDRESS":
    case "TAX":
      return { ...saved, people: Array.from({ length: peopleAsked(kind) }, (_, n) => people[n] ?? {}) };
    case "ACCREDITATION":
      // Who came for nothing else is not asked whether they want it.
      return purpose === "ACCREDITATION" ? { ...saved, wanted: true } : saved;
    case "AGREEMENTS":
      return { signatures: toSign(agreements).map(({ code, version }) => ({ code, version, typed_name: "" })) };
    default:
      return saved;
  }
}

export const toSign = (agreements: readonly Agreement[]): Agreement[] => agreements.filter(({ signed_at }) => signed_at === null);
