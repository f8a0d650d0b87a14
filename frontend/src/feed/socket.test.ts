import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Link, SILENCE_MS, connect, pauseBefore } from "./socket";

class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  close() {
    this.closed = true;
    this.onclose?.({ code: 1000 });
  }
  beat() {
    this.onmessage?.({ data: JSON.stringify({ type: "heartbeat" }) });
  }
}

let links: Link["phase"][];
let stop: () => void;
const latest = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  links = [];
  ({ stop } = connect("/ws/market/ACME/", { onMessage: () => {}, onLink: (link) => links.push(link.phase) }));
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("silence on an open socket is told, and the socket is replaced", () => {
  latest().onopen?.();
  latest().beat();
  vi.advanceTimersByTime(SILENCE_MS + 600);
  expect(links).toEqual(["up", "silent"]);
  expect(FakeSocket.all[0]?.closed).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(FakeSocket.all).toHaveLength(2);
  latest().beat();
  expect(links).toEqual(["up", "silent", "up"]);
});

test("a closed socket is reopened for ever", () => {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    latest().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(15_000);
  }
  expect(FakeSocket.all.length).toBeGreaterThan(30);
});

test("coming back online reconnects at once", () => {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    latest().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(15_000);
  }
  latest().onclose?.({ code: 1006 });
  const before = FakeSocket.all.length;
  window.dispatchEvent(new Event("online"));
  expect(FakeSocket.all).toHaveLength(before + 1);
});

test("a refused socket is not asked for again", () => {
  latest().onclose?.({ code: 4403 });
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(links).toEqual(["denied"]);
});

test("pauses grow, are jittered and have an upper bound", () => {
  expect(pauseBefore(0, 0)).toBe(200);
  expect(pauseBefore(0, 1)).toBe(400);
  expect(pauseBefore(3, 1)).toBe(3200);
  expect(pauseBefore(50, 1)).toBe(15_000);
});
