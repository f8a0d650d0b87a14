import { type UseQueryOptions, useQuery, useQueryClient } from "@tanstack/react-query";

import { ApiError, call, csrfToken } from "../api/client";
import { useSession } from "../session/useSession";
import type { Answers } from "./answers";
import { type AccreditationForm, type AgreementText, type Application, type ApplicationInList, type Kind, type Purpose, type Stage, type Step, type StepAnswers, type Upload, hasEnded, isWithApplicant } from "./types";

const APPLICATIONS = "applications";
const pathOf = (id: string, ...parts: string[]): string => ["/api/v1/applications", id, ...parts].join("/");

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  return call<T>(
    fetch(
      new Request(new URL(path, window.location.origin), {
        method,
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        ...(body && { body: JSON.stringify(body) }),
      }),
    ).then(async (response) => {
      const answer: unknown = response.status === 204 ? {} : await response.json().catch(() => null);
      return response.ok ? { data: answer as T, response } : { error: answer, response };
    }),
  );
}

export function useApplications(enabled = true) {
  return useQuery<ApplicationInList[], ApiError>({
    queryKey: [APPLICATIONS],
    queryFn: async () => (await ask<{ results: ApplicationInList[] }>("GET", "/api/v1/applications")).results,
    enabled,
  });
}

/** How often to look whether the venue has come further, in milliseconds. */
const LOOK_AGAIN: Partial<Record<Stage, number>> = { CHECKING: 3_000, IN_REVIEW: 20_000 };

export function useApplication(id: string) {
  return useQuery<Application, ApiError>({
    queryKey: [APPLICATIONS, id],
    queryFn: () => ask("GET", pathOf(id)),
    refetchInterval: ({ state }) => (state.data && LOOK_AGAIN[state.data.stage]) ?? false,
  });
}

export function useAnswers(id: string, step: Step) {
  return useQuery<StepAnswers, ApiError, Answers>({ ...stepQuery(id, step), select: ({ answers }) => answers });
}

/** The texts that a step certifies. */
export function useTexts(id: string, step: Step) {
  return useQuery<StepAnswers, ApiError, AgreementText[]>({ ...stepQuery(id, step), select: ({ texts }) => texts });
}

function stepQuery(id: string, step: Step): UseQueryOptions<StepAnswers, ApiError> & { queryKey: string[] } {
  return {
    queryKey: [APPLICATIONS, id, step],
    queryFn: () => ask("GET", pathOf(id, "steps", step)),
    // While somebody types nothing may change under their hands.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  };
}

export function useAccreditationForm(id: string) {
  return useQuery<AccreditationForm, ApiError>({
    queryKey: [APPLICATIONS, id, "accreditation-form"],
    queryFn: () => ask("GET", pathOf(id, "accreditation")),
  });
}

export function useApplicationActs() {
  const queries = useQueryClient();
  /** What the venue answered is what is shown. */
  const told = async (application: Application): Promise<Application> => {
    queries.setQueryData([APPLICATIONS, application.id], application);
    await queries.invalidateQueries({ queryKey: [APPLICATIONS], exact: true });
    return application;
  };
  const reload = (id: string) => queries.invalidateQueries({ queryKey: [APPLICATIONS, id], exact: true });
  return {
    start: async (kind: Kind, purpose: Purpose = "OPEN", account?: string) =>
      told(await ask("POST", "/api/v1/applications", { kind, purpose, ...(account !== undefined && { account }) })),
    save: async (id: string, step: Step, answers: Answers) => {
      const application = await ask<Application>("PUT", pathOf(id, "steps", step), { answers });
      // Fetched anew when it is next looked at: secrets come back masked.
      queries.removeQueries({ queryKey: [APPLICATIONS, id, step] });
      return told(application);
    },
    submit: async (id: string) => told(await ask("POST", pathOf(id, "submit"), {})),
    withdraw: async (id: string) => told(await ask("POST", pathOf(id, "withdraw"), {})),
    removeUpload: async (id: string, upload: string) => {
      await ask("DELETE", pathOf(id, "uploads", upload));
      await reload(id);
    },
    upload: async (id: string, file: File, facts: Record<string, string>, onProgress: (share: number) => void) => {
      const upload = await send(pathOf(id, "uploads"), file, facts, onProgress);
      await reload(id);
      return upload;
    },
  };
}

/** By XMLHttpRequest, for only it tells how far a file has gone. */
function send(path: string, file: File, facts: Record<string, string>, onProgress: (share: number) => void): Promise<Upload> {
  const form = new FormData();
  for (const [name, value] of Object.entries(facts)) form.append(name, value);
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status === 201) resolve(request.response as Upload);
      else reject(new ApiError(request.status, request.response));
    };
    request.onerror = () => reject(new ApiError(0, null));
    request.send(form);
  });
}

export const thumbnailOf = (id: string, upload: string): string => pathOf(id, "uploads", upload, "thumbnail");
export const fileOf = (id: string, upload: string): string => pathOf(id, "uploads", upload, "file");

/** Of whoever has no account yet: the application to go on with, if there is one. */
export function useWayIn(): { open: ApplicationInList | undefined } | null {
  const { data: session } = useSession();
  const wanted = session?.signed_in === true && !session.is_operator && session.accounts.length === 0;
  const { data } = useApplications(wanted);
  if (!wanted || !data) return null;
  const going = data.filter(({ stage }) => !hasEnded(stage));
  return { open: going.find(({ stage }) => isWithApplicant(stage)) ?? going[0] };
}
