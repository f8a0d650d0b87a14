import { useEffect, useEffectEvent } from "react";

import { usePreferences } from "./preferences";

/** Keys that act anywhere on the page except while someone types. Listed in the help dialog. */
export const SHORTCUTS = { help: "?", buy: "b", sell: "s", type: "t", price: "p", quantity: "q", cancel: "c", search: "/" } as const;

const TYPED_INTO = "input:not([type=radio], [type=checkbox]), textarea, select, [role='dialog']";

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest(TYPED_INTO) !== null)
  );
}

export function useShortcut(key: string, action: () => void): void {
  const { shortcuts } = usePreferences();
  const run = useEffectEvent(action);
  useEffect(() => {
    if (shortcuts === "off") return undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [key, shortcuts]);
}
