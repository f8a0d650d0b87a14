import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Auction, Listing } from "../api/types";
import { LISTING } from "../testing/market";
import { faultsIn } from "../testing/render";
import { hearTime } from "../ui/venueClock";
import { Standing } from "./Standing";

const inCall = (auction: Auction | null): Listing => ({ ...LISTING, state: "CLOSING_CALL", auction });
const figure = (name: string) => screen.getByText(name).nextElementSibling?.textContent;

test("a call shows the price, volume and surplus that an uncrossing now would give", async () => {
  const { container } = render(<Standing listing={inCall({ px: "12.5", qty: "1500", surplus_side: "BUY", surplus_qty: "300" })} />);
  screen.getByRole("region", { name: "ACME is in its closing auction" });
  expect(figure("Indicative price")).toBe("12.50");
  expect(figure("Volume at that price")).toBe("1,500");
  expect(figure("Surplus")).toBe("300 more to buy");
  expect(await faultsIn(container)).toEqual([]);
});

test("a call in which nothing can be executed has no price yet, and may have a surplus", () => {
  render(<Standing listing={inCall({ px: null, qty: "0", surplus_side: "SELL", surplus_qty: "40" })} />);
  expect(figure("Indicative price")).toBe("No price yet");
  expect(figure("Surplus")).toBe("40 more to sell");
});

test("a surplus of nothing is a balanced book", () => {
  render(<Standing listing={inCall({ px: "12.5", qty: "10", surplus_side: null, surplus_qty: "0" })} />);
  expect(figure("Surplus")).toBe("Balanced");
});

test("a halt tells its reason, its note, since when, and when trading is planned to resume", () => {
  hearTime("2026-11-23T15:00:00Z");
  const halt = { code: "NEWS_PENDING", reason: "News pending", note: "Results at noon.", since: "2026-11-23T14:50:00Z", resume_at: "2026-11-23T15:30:00Z" };
  const { container } = render(<Standing listing={{ ...LISTING, state: "HALTED", halt }} />);
  for (const words of ["Trading in ACME is halted", "News pending", "NEWS_PENDING", "Results at noon.", "since 23 Nov", "Planned to resume at"]) {
    expect(container.textContent).toContain(words);
  }
  expect(screen.getByRole("timer").textContent).toMatch(/^in (30:00|29:59)$/);
});

test("continuous trading needs no words", () => {
  const { container } = render(<Standing listing={LISTING} />);
  expect(container.textContent).toBe("");
});
