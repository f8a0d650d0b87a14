/** What the venue tells of an application. */
import type { Answers } from "./answers";

export type Step =
  | "IDENTITY"
  | "ENTITY"
  | "ADDRESS"
  | "OWNERS"
  | "TAX"
  | "FINANCES"
  | "OBJECTIVE"
  | "TRUSTED_CONTACT"
  | "ACCREDITATION"
  | "DOCUMENTS"
  | "AGREEMENTS";
export type Kind = "INDIVIDUAL" | "JOINT" | "IRA" | "TRUST" | "CORPORATION" | "LLC" | "PARTNERSHIP";
export type Purpose = "OPEN" | "RENEW_IDENTITY" | "ACCREDITATION";
export type Stage = "DRAFT" | "CHECKING" | "IN_REVIEW" | "NEEDS_ANSWERS" | "APPROVED" | "REJECTED" | "WITHDRAWN";
export type UploadKind =
  | "PASSPORT"
  | "DRIVING_LICENCE"
  | "ID_CARD"
  | "ADDRESS"
  | "TAX_RETURN"
  | "ASSETS"
  | "CREDIT_REPORT"
  | "LETTER"
  | "LICENCE"
  | "FORMATION"
  | "OWNERSHIP"
  | "OTHER";

export interface ApplicationInList {
  id: string;
  kind: Kind;
  purpose: Purpose;
  stage: Stage;
  account: string | null;
  started_at: string;
}

export interface StepState {
  step: Step;
  state: "TODO" | "DONE" | "FIX";
  problem: string | null;
}

export interface Needed {
  kinds: UploadKind[];
  identity: string | null;
  whose: string;
  why: string;
  tax_year: number | null;
  /** How old it may be: its day has to be said then. */
  months: number | null;
  met: boolean;
}

export interface Upload {
  id: string;
  kind: UploadKind;
  name: string;
  content_type: string;
  size: number;
  pages: number;
  dated: string | null;
  tax_year: number | null;
  identity: string | null;
  uploaded_at: string;
}

export interface AgreementText {
  code: string;
  title: string;
  version: string;
  text: string;
}

export interface Agreement extends AgreementText {
  signed_at: string | null;
  typed_name: string | null;
}

export interface Happening {
  at: string;
  stage: Stage;
  code: string;
  text: string;
  steps: Step[];
}

export interface Missing {
  step: Step;
  field: string | null;
  code: string;
  message: string;
}

export interface Application {
  id: string;
  kind: Kind;
  purpose: Purpose;
  stage: Stage;
  account: string | null;
  steps: StepState[];
  waiting_for: "APPLICANT" | "VENUE" | null;
  expected: string | null;
  documents: Needed[];
  uploads: Upload[];
  agreements: Agreement[];
  signing_name: string;
  identities: { id: string; role: string; name: string }[];
  timeline: Happening[];
  can_submit: boolean;
  missing: Missing[];
}

export interface StepAnswers {
  step: Step;
  answers: Answers;
  texts: AgreementText[];
}

/** Answers and documents may be changed. */
export const isWithApplicant = (stage: Stage): boolean => stage === "DRAFT" || stage === "NEEDS_ANSWERS";
export const hasEnded = (stage: Stage): boolean => stage === "APPROVED" || stage === "REJECTED" || stage === "WITHDRAWN";
export const isCompany = (kind: Kind): boolean => kind === "CORPORATION" || kind === "LLC" || kind === "PARTNERSHIP";
/** Not natural persons: a trust too. */
export const isEntity = (kind: Kind): boolean => isCompany(kind) || kind === "TRUST";

/** A question about accredited status; it is asked where another answer has one of these values. */
export interface Fact {
  name: string;
  form: "MONEY" | "YES_NO" | "TEXT" | "DATE" | "CHOICE" | "OWNERS";
  ask: string;
  choices: { value: string; text: string }[];
  when: { name: string; values: (string | boolean)[] } | null;
}

export interface Category {
  code: string;
  title: string;
  words: string;
  citation: string;
  facts: Fact[];
  methods: { code: string; evidence: string[] }[];
}

export interface Method {
  code: string;
  title: string;
  words: string;
  citation: string;
  statements: Fact[];
}

export interface AccreditationForm {
  categories: Category[];
  methods: Method[];
}
