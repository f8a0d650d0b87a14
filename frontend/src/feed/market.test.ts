import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type Step, STATS, Venue } from "../testing/market";
import { EMPTY, type MarketState, onConnect, onDelta, onHeartbeat, onSnapshot } from "./market";
import type { MarketDelta } from "./messages";

const step: fc.Arbitrary<Step> = fc.record({
  side: fc.constantFrom("bids", "asks"),
  px: fc.integer({ min: 1, max: 49 }),
  qty: fc.integer({ min: 0, max: 5 }),
  trades: fc.boolean(),
});

/** What the network does to one message: delivered so many times, so many places late. */
const fate = fc.record({ copies: fc.integer({ min: 0, max: 2 }), delay: fc.integer({ min: 0, max: 4 }) });

function deliver(deltas: MarketDelta[], fates: { copies: number; delay: number }[]): MarketDelta[] {
  return deltas
    .flatMap((delta, index) => {
      const { copies, delay } = fates[index % fates.length] ?? { copies: 1, delay: 0 };
      return Array.from({ length: copies }, (_, copy) => ({ delta, at: index + delay * copy }));
    })
    .sort((a, b) => a.at - b.at)
    .map(({ delta }) => delta);
}

const shown = ({ view }: MarketState) =>
  view && { epoch: view.epoch, seq: view.seq, bids: view.bids, asks: view.asks, trades: view.trades, stats: view.stats };

function settle(state: MarketState, venue: Venue): MarketState {
  let settled = state;
  // Two heartbeats tell of anything lost; the shell answers a wish for a snapshot with one.
  for (let beat = 0; beat < 3; beat += 1) {
    if (settled.reload) settled = onSnapshot(settled, venue.snapshot());
    settled = onHeartbeat(settled, venue.standing);
  }
  return settled;
}

function fresh(venue: Venue): MarketState {
  return onSnapshot(EMPTY, venue.snapshot());
}

describe("a market's live state", () => {
  test("converges to the venue's under dropped, doubled and delayed messages", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(fate, { minLength: 1, maxLength: 30 }), fc.nat(), (steps, fates, when) => {
        const venue = new Venue();
        const loadedAt = steps.length === 0 ? 0 : when % steps.length;
        steps.slice(0, loadedAt).forEach((each) => venue.apply(each));
        const early = venue.snapshot();
        steps.slice(loadedAt).forEach((each) => venue.apply(each));

        let state = onConnect(EMPTY);
        for (const [index, delta] of deliver(venue.deltas, fates).entries()) {
          state = onDelta(state, delta);
          // The snapshot is an old one, fetched while messages were already coming in.
          if (index === 3) state = onSnapshot(state, early);
        }
        state = settle(state, venue);

        expect(state.reload).toBe(false);
        expect(shown(state)).toEqual(shown(fresh(venue)));
      }),
    );
  });

  test("converges across a restore, whatever of the old epoch still comes in", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), fc.array(step, { maxLength: 20 }), (before, after) => {
        const venue = new Venue();
        before.forEach((each) => venue.apply(each));
        let state = onSnapshot(onConnect(EMPTY), venue.snapshot());
        const old = [...venue.deltas];
        venue.restore();
        after.forEach((each) => venue.apply(each));
        const all = [...venue.deltas.slice(old.length), ...old];
        state = settle(all.reduce(onDelta, state), venue);
        expect(shown(state)).toEqual(shown(fresh(venue)));
      }),
    );
  });

  test("needs no snapshot while nothing is lost", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const venue = new Venue();
        let state = fresh(venue);
        for (const each of steps) {
          state = onHeartbeat(onDelta(state, venue.apply(each)), venue.standing);
          expect(state.reload).toBe(false);
        }
      }),
    );
  });

  test("asks for a snapshot at a gap and keeps showing what it had", () => {
    const venue = new Venue();
    const state = fresh(venue);
    venue.apply({ side: "bids", px: 10, qty: 1, trades: false });
    const second = venue.apply({ side: "bids", px: 11, qty: 1, trades: false });
    const gapped = onDelta(state, second);
    expect(gapped.reload).toBe(true);
    expect(gapped.view).toBe(state.view);
  });

  test("forgives one heartbeat that is ahead of a conflated message, not two", () => {
    const venue = new Venue();
    const state = fresh(venue);
    venue.apply({ side: "bids", px: 10, qty: 1, trades: false });
    const once = onHeartbeat(state, venue.standing);
    expect(once.reload).toBe(false);
    expect(onHeartbeat(once, venue.standing).reload).toBe(true);
  });

  test("learns of a fault, which comes without an event, from the heartbeat", () => {
    const venue = new Venue();
    const halt = { code: "TECHNICAL_FAULT", reason: "Technical fault", resume_at: null, note: "Stopped by a technical fault.", since: null };
    const told = onHeartbeat(fresh(venue), { ...venue.standing, state: "FAULTED", halt });
    expect(told.view?.state).toBe("FAULTED");
    expect(told.view?.halt).toEqual(halt);
    expect(told.reload).toBe(false);
  });

  test("applies a conflated message that begins before our number and ends after it", () => {
    const venue = new Venue();
    venue.apply({ side: "bids", px: 10, qty: 1, trades: false });
    const state = fresh(venue);
    const last = venue.apply({ side: "bids", px: 10, qty: 4, trades: false });
    const merged = onDelta(state, { ...last, prev_seq: 0 });
    expect(merged.reload).toBe(false);
    expect(merged.view?.bids).toEqual([["10.00", "4", 1]]);
  });

  test("takes a fault's word on the state though its number is not new", () => {
    const venue = new Venue();
    const state = fresh(venue);
    const fault: MarketDelta = {
      ...venue.apply({ side: "bids", px: 10, qty: 1, trades: false }),
      seq: 0,
      prev_seq: 0,
      bids: [],
      state: "FAULTED",
      stats: null,
    };
    const stopped = onDelta(state, fault);
    expect(stopped.view?.state).toBe("FAULTED");
    expect(stopped.view?.stats).toEqual({ ...STATS, volume: "0" });
  });

  test("takes a busted trade off the tape, and shows a corrected one as corrected", () => {
    const venue = new Venue();
    let state = fresh(venue);
    for (const px of [10, 11, 12]) state = onDelta(state, venue.apply({ side: "bids", px, qty: 1, trades: true }));
    const breaks = [
      { trade_id: "1-1", status: "BUSTED", px: "10.00", qty: "1" } as const,
      { trade_id: "1-3", status: "CORRECTED", px: "11.50", qty: "1" } as const,
    ];
    const broken = onDelta(state, { ...venue.apply({ side: "bids", px: 1, qty: 1, trades: false }), breaks });
    expect(broken.view?.trades.map(({ trade_id, px }) => [trade_id, px])).toEqual([
      ["1-3", "11.50"],
      ["1-2", "11.00"],
    ]);
  });

  test("hides levels beyond the snapshot's depth and reloads when the known ones run out", () => {
    const venue = new Venue();
    const deep = venue.snapshot();
    const bids = Array.from({ length: 50 }, (_, index) => [`${100 - index}.00`, "1", 1] as const);
    let state = onSnapshot(EMPTY, { ...deep, book: { ...deep.book, bids } });
    state = onDelta(state, venue.apply({ side: "bids", px: 30, qty: 5, trades: false }));
    expect(state.view?.bids).toHaveLength(50);
    for (let px = 100; state.view && px > 60 && !state.reload; px -= 1) {
      const delta = venue.apply({ side: "bids", px, qty: 0, trades: false });
      state = onDelta(state, { ...delta, bids: [[`${px}.00`, "0", 0]] });
    }
    expect(state.reload).toBe(true);
    expect(state.view?.bids).toHaveLength(19);
  });
});
