import { type Decimal, compare, decimalsOf, priceDecimals } from "./decimal";

/** Intl formats a decimal string digit by digit, without passing through a float. */
const formatters = new Map<string, Intl.NumberFormat>();

function formatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat("en-US", options);
  formatters.set(key, made);
  return made;
}

const digits = (value: Decimal): Intl.StringNumericLiteral => value as Intl.StringNumericLiteral;

export const NOTHING = "–";

export function price(value: Decimal | null | undefined, tick: Decimal): string {
  if (value === null || value === undefined) return NOTHING;
  // An average may fall between two ticks: keep its digits rather than round them away.
  const decimals = priceDecimals(tick);
  return formatter({
    minimumFractionDigits: decimals,
    maximumFractionDigits: Math.max(decimals, Math.min(decimalsOf(value), 6)),
  }).format(digits(value));
}

/** In a column of quantities the lot size keeps the decimal points below each other. */
export function quantity(value: Decimal | null | undefined, lot: Decimal = "1"): string {
  if (value === null || value === undefined) return NOTHING;
  return formatter({ minimumFractionDigits: decimalsOf(lot), maximumFractionDigits: 8 }).format(digits(value));
}

export function money(value: Decimal | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  return formatter({ style: "currency", currency: "USD" }).format(digits(value));
}

/** An amount with its sign, with a real minus sign. */
export function signedMoney(value: Decimal): string {
  return formatter({ style: "currency", currency: "USD", signDisplay: "exceptZero" }).format(digits(value)).replace("-", "−");
}

/** A signed change, with a real minus sign, so that colour is never the only signal. */
export function signed(value: Decimal | null | undefined, decimals: number, suffix = ""): string {
  if (value === null || value === undefined) return NOTHING;
  const text = formatter({
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: "exceptZero",
  }).format(digits(value));
  return text.replace("-", "−") + suffix;
}

export const compact = (value: Decimal): string =>
  compare(value, "100000") < 0
    ? quantity(value)
    : formatter({ notation: "compact", maximumFractionDigits: 1 }).format(digits(value));

const TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const SHORT_TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE_TIME = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export const dayOf = (at: string | Date): string => new Date(at).toDateString();

/** The reader's zone at that moment: "UTC", "UTC+1", "UTC−3:30". */
export function zoneOf(at: Date): string {
  const offset = -at.getTimezoneOffset();
  if (offset === 0) return "UTC";
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `UTC${offset < 0 ? "−" : "+"}${hours}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}`;
}

/**
 * hh:mm:ss today, with the day in front of it otherwise. The zone stands at the head of the column;
 * only a time from the other side of a change of the clocks says its own.
 */
export function time(at: string | Date | null | undefined, now: Date): string {
  if (!at) return NOTHING;
  const date = new Date(at);
  const text = dayOf(date) === dayOf(now) ? TIME.format(date) : DATE_TIME.format(date);
  return zoneOf(date) === zoneOf(now) ? text : `${text} ${zoneOf(date)}`;
}

export const clock = (at: string): string => TIME.format(new Date(at));
export const dayTime = (at: Date): string => DATE_TIME.format(at);
/** A moment that stands alone names its zone. */
export const dateTime = (at: string | Date | null): string => (at ? `${DATE_TIME.format(new Date(at))} ${zoneOf(new Date(at))}` : NOTHING);
/** A moment people wait for: without its seconds unless it has any, with its day unless that is today, with its zone. */
export function moment(at: string | Date, now: Date): string {
  const date = new Date(at);
  const clock = date.getSeconds() === 0 ? SHORT_TIME.format(date) : TIME.format(date);
  const day = dayOf(date) === dayOf(now) ? "" : `${WEEKDAY.format(date)}, `;
  return `${day}${clock} ${zoneOf(date)}`;
}

/** The same moment on the clock of another zone, which stands at the head of the column. */
export const momentIn = (at: string, timeZone: string): string =>
  new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone }).format(new Date(at));

/** "3:20", "1:02:05". */
export function duration(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export const shortTime = (at: Date): string => SHORT_TIME.format(at);
/** As a date field wants it. */
export const isoDay = (at: Date): string =>
  [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
/** A date of the books, "2026-11-24", in whatever zone the reader is. */
export const calendarDay = (date: string): string =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
export const day = (at: Date): string => DATE.format(at);
