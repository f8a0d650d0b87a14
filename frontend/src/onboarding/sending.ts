/** Between what people type and what the venue is sent, and between its problems and the fields they belong to. */
import type { ApiError } from "../api/client";
import { parseDecimal } from "../ui/decimal";
import type { Answers, Value } from "./answers";
import { factsOf, isField } from "./catalogue";
import type { Problems } from "./form";

/** "$1,250,000" is a number to people; to the venue it is "1250000". What is no number is sent as it is, to be told so. */
export function sendable(answers: Answers): Answers {
  return cleaned("", answers) as Answers;
}

function cleaned(name: string, value: Value | undefined): Value | undefined {
  if (Array.isArray(value)) return value.map((item) => cleaned("", item) ?? null);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, cleaned(key, inside)]));
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (!isField(name)) return text;
  const { asked } = factsOf(name);
  return asked === "money" || asked === "percent" ? plainNumber(text) : text;
}

/** "−$1,250" too, for a net worth may be below zero. */
export function plainNumber(text: string): string {
  const [, minus, bare] = /^([-−–]?)\s*\$?\s*(.*?)\s*%?$/.exec(text.trim()) ?? [];
  const number = parseDecimal(bare ?? "");
  return number === null ? text.trim() : `${minus ? "-" : ""}${number}`;
}

interface Problem {
  field: string | null;
  message: string;
}

/** Every problem of a refused step, as the venue put it. */
export function problemsOf({ field, message, reasons }: ApiError): Problem[] {
  const all = reasons.map((reason) => ({ field: "field" in reason && typeof reason.field === "string" ? reason.field : null, message: reason.message }));
  return all.length > 0 ? all : message ? [{ field, message }] : [];
}

export function byField(problems: readonly Problem[]): Problems {
  const found: Problems = {};
  for (const { field, message } of problems) if (field !== null) found[field] = field in found ? `${found[field]} ${message}` : message;
  return found;
}
