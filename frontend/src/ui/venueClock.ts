/** The venue's time, as it last told it: the browser's clock may be set to another day. */
import { useSyncExternalStore } from "react";

import { dayOf, time, zoneOf } from "./format";
import { Store } from "./store";

let ahead = 0;
/** Some moment of the venue's today, under the zone now in force; another one only when either changes. */
const today = new Store(new Date());

export const toVenueTime = (browserTime: number): Date => new Date(browserTime + ahead);

export function hearTime(at: string): void {
  const now = new Date(at);
  ahead = now.getTime() - Date.now();
  const known = today.get();
  if (dayOf(now) !== dayOf(known) || zoneOf(now) !== zoneOf(known)) today.set(now);
}

/** Times as the tables show them, and the zone for the head of their column. */
export function useVenueTime() {
  const now = useSyncExternalStore(today.subscribe, today.get);
  return { time: (at: string | Date | null) => time(at, now), zone: zoneOf(now), today: now };
}
