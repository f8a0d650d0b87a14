/** Answers of a step are a small tree; its places are named as the venue names them: "people.0.born_on". */
export type Value = string | boolean | number | null | Value[] | Answers;
export interface Answers {
  [name: string]: Value | undefined;
}

const isIndex = (part: string): boolean => /^\d+$/.test(part);

export function valueAt(answers: Value | undefined, path: string): Value | undefined {
  return path.split(".").reduce<Value | undefined>((tree, part) => {
    if (Array.isArray(tree)) return tree[Number.parseInt(part, 10)];
    return typeof tree === "object" && tree !== null ? tree[part] : undefined;
  }, answers);
}

/** As what a field shows: what is not there, or not a text, is empty. */
export function textAt(answers: Answers, path: string): string {
  const value = valueAt(answers, path);
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

export function listAt(answers: Answers, path: string): Answers[] {
  const value = valueAt(answers, path);
  return Array.isArray(value) ? (value as Answers[]) : [];
}

/** The same answers with another value in one place; nothing is changed in what was there. */
export function withValue(answers: Answers, path: string, value: Value | undefined): Answers {
  const [first, ...rest] = path.split(".");
  return replaced(answers, first ?? "", rest, value) as Answers;
}

function replaced(tree: Value | undefined, part: string, rest: string[], value: Value | undefined): Value {
  const [next, ...after] = rest;
  const inside = (old: Value | undefined) => (next === undefined ? value : replaced(old, next, after, value));
  if (isIndex(part)) {
    const list = Array.isArray(tree) ? [...tree] : [];
    const index = Number.parseInt(part, 10);
    list[index] = inside(list[index]) ?? null;
    return list;
  }
  const named = typeof tree === "object" && tree !== null && !Array.isArray(tree) ? tree : {};
  return { ...named, [part]: inside(named[part]) };
}

const SECRETS = ["tin", "id_number", "mrz"];

/** A secret that is kept comes as "•••6789"; sent back like that, it stays. */
export const isMasked = (value: string): boolean => value.startsWith("•");

/** Without what must not lie about in a browser: tax ids and numbers of papers. */
export function withoutSecrets(tree: Answers): Answers {
  const kept = (name: string, value: unknown) => (SECRETS.includes(name) && !(typeof value === "string" && isMasked(value)) ? undefined : value);
  return JSON.parse(JSON.stringify(tree, kept)) as Answers;
}
