import createClient, { type Middleware } from "openapi-fetch";

import type { paths } from "./schema";
import type { Reason } from "./types";

/** Whatever the server refused, in the one shape every error has. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly reasons: Reason[];

  constructor(status: number, body: unknown) {
    const error = envelope(body);
    super(error?.message ?? "");
    this.status = status;
    this.code = error?.code ?? (status === 0 ? "NETWORK" : `HTTP_${status}`);
    this.field = error?.field ?? null;
    this.reasons = error?.reasons ?? [];
  }

  /** The server gave its word; repeating the request would only get the same answer. */
  get definitive(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

interface ErrorBody {
  code?: string;
  message?: string;
  field?: string | null;
  reasons?: Reason[];
}

function envelope(body: unknown): ErrorBody | undefined {
  return typeof body === "object" && body !== null && "error" in body
    ? (body.error as ErrorBody)
    : undefined;
}

export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}

const csrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRFToken", csrfToken());
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up at each call, so that tests can stand in for the network.
  fetch: (request) => globalThis.fetch(request),
});
api.use(csrf);

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; any other answer, or none, is thrown as an ApiError. */
export async function call<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch {
    throw new ApiError(0, null);
  }
  if (answer.data === undefined) throw new ApiError(answer.response.status, answer.error);
  return answer.data;
}

/** Identifiers are strings in every answer and whole numbers in the schema's parameters. */
export const asId = (text: string): number => Number.parseInt(text, 10);
