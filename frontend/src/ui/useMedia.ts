import { useSyncExternalStore } from "react";

/** Below this width there is one column and the ticket is a sheet. */
export const PHONE = "(max-width: 719px)";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}
