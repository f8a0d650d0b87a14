/** What may be chosen, by the name of the field, and how each field is asked and shown. */
export const CHOICES = {
  id_kind: ["PASSPORT", "DRIVING_LICENCE", "ID_CARD"],
  employment: ["EMPLOYED", "SELF_EMPLOYED", "RETIRED", "STUDENT", "NOT_EMPLOYED"],
  objective: ["CAPITAL_APPRECIATION", "INCOME", "PRESERVATION", "SPECULATION", "TRADING_PROFITS"],
  experience: ["NONE", "UNDER_3_YEARS", "3_TO_10_YEARS", "OVER_10_YEARS"],
  horizon: ["UNDER_1_YEAR", "1_TO_5_YEARS", "OVER_5_YEARS"],
  tin_kind: ["SSN", "ITIN", "EIN", "FOREIGN", "NONE"],
} as const;

export type ChoiceField = keyof typeof CHOICES;
export type ChoiceOf<F extends ChoiceField> = (typeof CHOICES)[F][number];
/** Names in the catalogue of strings: one that is not there does not compile. */
export type ChoiceKey = { [F in ChoiceField]: `onboarding.choice.${F}.${ChoiceOf<F>}` }[ChoiceField];

/** How a field is asked: and, of the same answer, how it is shown. */
export type Asked = "text" | "date" | "money" | "percent" | "country" | "region" | "choice" | "cards" | "secret" | "yes_no" | "tick" | "email" | "phone";

interface FieldFacts {
  asked: Asked;
  autoComplete?: string;
  optional?: true;
  /** More than one line. */
  lines?: true;
  /** Of a short answer: it does not take the whole line. */
  short?: true;
}

export const FIELDS = {
  first_name: { asked: "text", autoComplete: "given-name" },
  middle_name: { asked: "text", autoComplete: "additional-name", optional: true },
  last_name: { asked: "text", autoComplete: "family-name" },
  born_on: { asked: "date", autoComplete: "bday", short: true },
  citizenship: { asked: "country" },
  id_kind: { asked: "choice" },
  id_country: { asked: "country" },
  id_number: { asked: "secret" },
  id_expires_on: { asked: "date", short: true },
  mrz: { asked: "secret", optional: true, lines: true },
  custodian: { asked: "text" },
  custodian_account: { asked: "text" },
  address_line: { asked: "text", autoComplete: "street-address" },
  city: { asked: "text", autoComplete: "address-level2" },
  region: { asked: "region", autoComplete: "address-level1" },
  postal_code: { asked: "text", autoComplete: "postal-code", short: true },
  country: { asked: "country", autoComplete: "country" },
  legal_name: { asked: "text", autoComplete: "organization" },
  formed_in: { asked: "country" },
  formed_region: { asked: "region" },
  formed_on: { asked: "date", short: true },
  business: { asked: "text", lines: true },
  owns_percent: { asked: "percent", short: true },
  title: { asked: "text" },
  nobody_owns_25: { asked: "tick" },
  tax_country: { asked: "country" },
  tin_kind: { asked: "choice" },
  tin: { asked: "secret" },
  treaty_rate: { asked: "percent", optional: true, short: true },
  certified: { asked: "tick" },
  typed_name: { asked: "text", autoComplete: "name" },
  employment: { asked: "choice" },
  employer: { asked: "text", autoComplete: "organization" },
  occupation: { asked: "text", autoComplete: "organization-title" },
  income: { asked: "money", short: true },
  net_worth: { asked: "money", short: true },
  liquid_net_worth: { asked: "money", short: true },
  revenue: { asked: "money", short: true },
  net_assets: { asked: "money", short: true },
  source_of_funds: { asked: "text" },
  works_for_broker: { asked: "yes_no" },
  controls_public_company: { asked: "text", optional: true },
  objective: { asked: "cards" },
  experience: { asked: "cards" },
  horizon: { asked: "cards" },
  understands_illiquid: { asked: "tick" },
  name: { asked: "text" },
  email: { asked: "email" },
  phone: { asked: "phone" },
  relationship: { asked: "text" },
} satisfies Record<string, FieldFacts>;

export type FieldName = keyof typeof FIELDS;
export const factsOf = (name: FieldName): FieldFacts => FIELDS[name];
export const isField = (name: string): name is FieldName => name in FIELDS;
/** Of "people.0.born_on": born_on. */
export const lastOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

