/** What is announced of a market's day. */
import type { Listing, Schedule, TimeInForce, TradingState } from "../api/types";

/** Orders gather, and trade together at one price when it ends. */
export const isCall = (state: TradingState): boolean => state.endsWith("_CALL");

/** Whether the book is matched the moment an order arrives. */
export const isMatching = (state: TradingState): boolean => state === "CONTINUOUS";

const CALLS: Partial<Record<TimeInForce, TradingState[]>> = {
  AT_OPEN: ["OPENING_CALL", "INITIAL_CALL"],
  AT_CLOSE: ["CLOSING_CALL"],
};

/** Whether an order that waits for an auction would wait in vain (ORDT-008); the venue knows of later days too. */
export function lacksCall(time_in_force: TimeInForce, state: TradingState, schedule: Schedule | undefined): boolean {
  const calls = CALLS[time_in_force];
  if (!calls || !schedule) return false;
  return ![state, ...schedule.phases.map(({ phase }) => phase)].some((phase) => calls.includes(phase));
}

export interface Ahead {
  /** When the phase ends; of a call the earliest moment (AUCT-012). */
  until: string | null;
  then: TradingState | null;
}

/**
 * The listing knows when its phase ends, also where it is a call that the schedule does not know of; the
 * schedule knows what is next. A halt ends when people or its plan say so, and the banner tells that.
 */
export function aheadOf({ state, phase }: Pick<Listing, "state" | "phase">, schedule: Schedule | undefined): Ahead {
  if (state === "HALTED" || state === "FAULTED") return { until: null, then: null };
  const until = phase.until ?? schedule?.phases[0]?.at ?? null;
  const next = schedule?.phases.find(({ at }) => until !== null && Date.parse(at) === Date.parse(until));
  return { until, then: next?.phase ?? null };
}
