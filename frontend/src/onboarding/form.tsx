import { type ReactNode, createContext, use, useMemo } from "react";

import { type Answers, type Value, textAt, valueAt, withValue } from "./answers";

/** What is wrong, by the place in the answers. */
export type Problems = Record<string, string>;

export interface StepForm {
  answers: Answers;
  problems: Problems;
  /** With the place that was answered anew, whose problem is no longer of it. */
  change: (next: (answers: Answers) => Answers, path?: string) => void;
}

const FormContext = createContext<StepForm>({ answers: {}, problems: {}, change: () => undefined });

export function FormProvider({ answers, problems, change, children }: StepForm & { children: ReactNode }) {
  const form = useMemo(() => ({ answers, problems, change }), [answers, problems, change]);
  return <FormContext value={form}>{children}</FormContext>;
}

export const useForm = (): StepForm => use(FormContext);

export function useField(path: string) {
  const { answers, problems, change } = useForm();
  return {
    value: valueAt(answers, path),
    text: textAt(answers, path),
    problem: problems[path],
    set: (value: Value | undefined) => change((all) => withValue(all, path, value), path),
  };
}
