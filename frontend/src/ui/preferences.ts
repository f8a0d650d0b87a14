/**
 * Display preferences are cookies, so that the server can write them into the page's first tag and no
 * stored theme ever flashes the other one. An absent theme follows the system.
 */
import { Store } from "./store";
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export type Rise = "green" | "red";
export type Switch = "on" | "off";

export interface Preferences {
  theme: Theme;
  rise: Rise;
  /** Single-key shortcuts must be possible to turn off (WCAG 2.1.4). */
  shortcuts: Switch;
  account: string;
}

const DEFAULTS: Preferences = { theme: "system", rise: "green", shortcuts: "on", account: "" };
const ONE_YEAR_S = 31_536_000;

function readCookie(name: string): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(document.cookie)?.[1];
}

function read(): Preferences {
  const stored = Object.keys(DEFAULTS).flatMap((name) => {
    const value = readCookie(name);
    return value ? [[name, decodeURIComponent(value)] as const] : [];
  });
  return { ...DEFAULTS, ...Object.fromEntries(stored) };
}

const store = new Store<Preferences>(read());

function show({ theme, rise }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
  dataset["rise"] = rise;
}

export function setPreference<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  const next = { ...store.get(), [name]: value };
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${ONE_YEAR_S}; samesite=lax`;
  show(next);
  store.set(next);
}

export const usePreferences = (): Preferences => useSyncExternalStore(store.subscribe, store.get);

show(store.get());
