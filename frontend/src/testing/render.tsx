import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type RenderResult, render } from "@testing-library/react";
import axe from "axe-core";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";

import type { Session } from "../api/types";
import { AccountProvider } from "../session/AccountContext";

export const SIGNED_OUT: Session = {
  signed_in: false,
  user: null,
  second_factor: false,
  is_operator: false,
  accounts: [],
  demo: true,
  demo_sign_ins: [],
  demo_mail_code: null,
  now: "2026-01-01T00:00:00Z",
};

export const SIGNED_IN: Session = {
  ...SIGNED_OUT,
  signed_in: true,
  second_factor: true,
  user: { id: "1", email: "ada@example.com", name: "Ada" },
  accounts: [{ id: "12", number: "A-000012", name: "Ada", role: "SIGNER" }],
};

export function renderPage(page: ReactNode, path = "/"): RenderResult {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <MemoryRouter initialEntries={[path]}>
        <AccountProvider>{page}</AccountProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

/** Faults axe finds; colours are looked at in a real browser, for nothing is painted here. */
export async function faultsIn(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
