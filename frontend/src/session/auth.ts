import { csrfToken } from "../api/client";

/** django-allauth's headless interface: signing up and in, and how one does. */
const AUTH = "/_allauth/browser/v1";

export interface Flow {
  id: string;
  is_pending?: boolean;
  types?: string[];
}

interface Problem {
  message: string;
  code: string;
  param?: string;
}

interface Body {
  data?: unknown;
  meta?: Record<string, unknown>;
  errors?: Problem[];
  /** The venue's own shape, of what it answers in allauth's stead. */
  error?: { message: string; code: string };
}

export interface Answer<T> {
  status: number;
  data: T;
  meta: Record<string, unknown>;
}

/** What was typed is not taken: whose field is at fault, and why. */
export class AuthError extends Error {
  readonly status: number;
  readonly problems: Problem[];

  constructor(status: number, body: Body) {
    const problems = body.errors ?? (body.error ? [body.error] : []);
    super(problems[0]?.message ?? "");
    this.status = status;
    this.problems = problems;
  }

  of(param: string): string | undefined {
    return this.problems.find((problem) => problem.param === param)?.message;
  }
}

/** Signed in, but for this one has to show again who one is. */
export class AskAgain extends Error {}

const TAKEN = [200, 401, 404];

/** 401 is an answer, too: another step is to be taken. */
export async function ask<T = { flows?: Flow[] }>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<Answer<T>> {
  const response = await fetch(`${AUTH}/${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: body ? JSON.stringify(body) : undefined,
  });
  const answer = (await response.json().catch(() => ({}))) as Body;
  if (!TAKEN.includes(response.status)) throw new AuthError(response.status, answer);
  if (response.status === 401 && answer.meta?.is_authenticated === true) throw new AskAgain();
  return { status: response.status, data: (answer.data ?? {}) as T, meta: answer.meta ?? {} };
}

/** The step that is to be taken next, if any. */
export function pending(answer: Answer<{ flows?: Flow[] }>): Flow | undefined {
  return answer.status === 401 ? answer.data.flows?.find((flow) => flow.is_pending) : undefined;
}
