import type { Application } from "../onboarding/types";
import { at } from "./account";

const STEPS = ["IDENTITY", "ADDRESS", "TAX", "FINANCES", "OBJECTIVE", "TRUSTED_CONTACT", "ACCREDITATION", "DOCUMENTS", "AGREEMENTS"] as const;

export function anApplication(over: Partial<Application> = {}): Application {
  return {
    id: "5",
    kind: "INDIVIDUAL",
    purpose: "OPEN",
    stage: "DRAFT",
    account: null,
    steps: STEPS.map((step) => ({ step, state: "TODO", problem: null })),
    waiting_for: "APPLICANT",
    expected: null,
    documents: [],
    uploads: [],
    agreements: [],
    signing_name: "Ada Lovelace",
    identities: [{ id: "9", role: "HOLDER", name: "Ada Lovelace" }],
    timeline: [{ at: at(0), stage: "DRAFT", code: "STARTED", text: "You began an application.", steps: [] }],
    can_submit: false,
    missing: [],
    ...over,
  };
}
