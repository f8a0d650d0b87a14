/**
 * What was typed and not yet saved, kept for this tab only and without secrets, so that leaving a page
 * loses nothing. It counts as long as what it was typed over is still what the venue has.
 */
import { type Answers, withoutSecrets } from "./answers";

const PREFIX = "apply:";

const keyOf = (application: string, step: string): string => `${PREFIX}${application}:${step}`;

interface Kept {
  over: string;
  answers: Answers;
}

export function keep(application: string, step: string, saved: Answers, typed: Answers): void {
  const kept: Kept = { over: JSON.stringify(withoutSecrets(saved)), answers: withoutSecrets(typed) };
  sessionStorage.setItem(keyOf(application, step), JSON.stringify(kept));
}

export function kept(application: string, step: string, saved: Answers): Answers | null {
  const text = sessionStorage.getItem(keyOf(application, step));
  if (text === null) return null;
  const { over, answers } = JSON.parse(text) as Kept;
  return over === JSON.stringify(withoutSecrets(saved)) ? answers : null;
}

export function forget(application: string, step: string): void {
  sessionStorage.removeItem(keyOf(application, step));
}

/** Whoever signs out leaves nothing for the next at the same screen. */
export function forgetAll(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
