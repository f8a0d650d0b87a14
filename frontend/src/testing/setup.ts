import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

import "../locales/i18n";

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  cleanup();
  document.cookie.split("; ").forEach((cookie) => {
    document.cookie = `${cookie.split("=")[0] ?? ""}=; max-age=0`;
  });
});

// jsdom lays nothing out.
window.matchMedia = (query) =>
  ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {} }) as unknown as MediaQueryList;
window.CSS = { escape: (text: string) => text.replace(/[^\w-]/g, "\\$&") } as typeof CSS;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
