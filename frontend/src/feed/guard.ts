/**
 * Cancel-on-disconnect as this tab wants it. An option of the session (ORDT-070): it is not kept beyond the
 * tab, or another one opened some day to look at a chart would cancel everything when it is closed.
 */
import { useSyncExternalStore } from "react";

import { Store } from "../ui/store";

const KEY = "cancel_on_disconnect";

export const guardWanted = new Store(sessionStorage.getItem(KEY) === "on");

export function wantGuard(on: boolean): void {
  sessionStorage.setItem(KEY, on ? "on" : "off");
  guardWanted.set(on);
}

export const useGuardWanted = (): boolean => useSyncExternalStore(guardWanted.subscribe, guardWanted.get);
