import { useSyncExternalStore } from "react";

import { Store } from "./store";

export type Tone = "neutral" | "good" | "warn" | "bad";

export interface Toast {
  id: number;
  tone: Tone;
  title: string;
  detail: string;
}

const SHOWN = 4;
const LIFETIME_MS = 7000;

const store = new Store<Toast[]>([]);
let lastId = 0;

export function dismiss(id: number): void {
  store.set(store.get().filter((toast) => toast.id !== id));
}

export function toast(tone: Tone, title: string, detail = ""): void {
  lastId += 1;
  const id = lastId;
  store.set([...store.get(), { id, tone, title, detail }].slice(-SHOWN));
  // Bad news stays until it is put away.
  if (tone !== "bad") window.setTimeout(() => dismiss(id), LIFETIME_MS);
}

export const useToasts = (): Toast[] => useSyncExternalStore(store.subscribe, store.get);
