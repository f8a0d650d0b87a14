import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { serve } from "../testing/server";
import { AccountFeed } from "./accountFeed";
import { wantGuard } from "./guard";

class FakeSocket {
  static OPEN = 1;
  static latest: FakeSocket;
  readyState = FakeSocket.OPEN;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: unknown[] = [];
  constructor() {
    FakeSocket.latest = this;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  hear(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const HELLO = { type: "hello", account: "12", streams: {}, server_time: "2026-11-23T15:00:00Z" };
const nothing = { onChanges: () => {}, onNotices: () => {}, onBalances: () => {}, onDenied: () => {} };
let close: () => void;
let feed: AccountFeed;

beforeEach(() => {
  vi.useFakeTimers();
  serve({ "GET /api/v1/orders": { results: [], next: null }, "GET /api/v1/executions": { results: [], next: null } });
  vi.stubGlobal("WebSocket", FakeSocket);
  feed = new AccountFeed("12");
  close = feed.open(nothing);
});

afterEach(() => {
  close();
  wantGuard(false);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("ORDT-070: cancel-on-disconnect is asked for after every hello, and shown once the venue agrees", () => {
  FakeSocket.latest.hear(HELLO);
  expect(FakeSocket.latest.sent).toEqual([]);
  wantGuard(true);
  expect(FakeSocket.latest.sent).toEqual([{ type: "cancel_on_disconnect", on: true }]);
  expect(feed.store.get().guarded).toBe(false);
  FakeSocket.latest.hear({ type: "cancel_on_disconnect", on: true });
  expect(feed.store.get().guarded).toBe(true);

  FakeSocket.latest.hear({ type: "cancel_on_disconnect", on: false });
  expect(FakeSocket.latest.sent).toHaveLength(2);
  expect(feed.store.get().guarded).toBe(false);
  FakeSocket.latest.hear({ type: "cancel_on_disconnect", on: true });

  const first = FakeSocket.latest;
  first.onclose?.({ code: 1006 });
  expect(feed.store.get().guarded).toBe(false);
  vi.advanceTimersByTime(15_000);
  expect(FakeSocket.latest).not.toBe(first);
  FakeSocket.latest.hear(HELLO);
  expect(FakeSocket.latest.sent).toEqual([{ type: "cancel_on_disconnect", on: true }]);
});
