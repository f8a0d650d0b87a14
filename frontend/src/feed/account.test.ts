import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { aDelta, anExecution, anOrder, at } from "../testing/account";
import {
  type AccountState,
  NO_ACCOUNT,
  merge,
  onAccountDelta,
  onAccountHeartbeat,
  onAccountSnapshot,
  onChangeSent,
  onHello,
  pendingOf,
} from "./account";
import type { AccountDelta, Position } from "./messages";

const LIVES = [
  ["NEW", "0"],
  ["PARTIALLY_FILLED", "20"],
  ["PARTIALLY_FILLED", "60"],
  ["FILLED", "100"],
] as const;

/** The deltas of some orders' lives, interleaved; several may fall into one millisecond. */
function history(script: number[], perMs: number): AccountDelta[] {
  const lives = new Map<number, number>();
  return script.flatMap((id, index) => {
    const stage = lives.get(id) ?? 0;
    const life = LIVES[stage];
    if (!life) return [];
    lives.set(id, stage + 1);
    const [ord_status, cum_qty] = life;
    const seq = index + 1;
    const order = anOrder({ id: `${id}`, ord_status, cum_qty, updated_at: at(Math.floor(seq / perMs)) });
    return [aDelta({ seq, orders: [order] })];
  }).map((delta, index, all) => ({ ...delta, prev_seq: all[index - 1]?.seq ?? 0 }));
}

const truth = (deltas: AccountDelta[]) =>
  new Map(deltas.flatMap(({ orders }) => orders.map((order) => [order.id, order] as const)));

const loaded = (state: AccountState, deltas: AccountDelta[], answers = state.wanted) =>
  onAccountSnapshot(state, answers, [...truth(deltas).values()], []);

describe("an account's live state", () => {
  test("converges under dropped, doubled and reordered messages and late snapshots", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 16 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
        fc.nat(),
        (script, perMs, picks, cut) => {
          const deltas = history(script, perMs);
          const last = deltas[deltas.length - 1];
          const early = deltas.slice(0, deltas.length === 0 ? 0 : cut % deltas.length);
          let state = onHello(NO_ACCOUNT, {});
          const askedEarly = state.wanted;
          for (const pick of deltas.length === 0 ? [] : picks) {
            state = onAccountDelta(state, deltas[pick % deltas.length] as AccountDelta);
          }
          // A snapshot asked for and read long ago arrives after all of that.
          state = loaded(state, early, askedEarly);
          const streams: Record<string, Position> = last ? { ACME: { epoch: 1, seq: last.seq } } : {};
          for (let beat = 0; beat < 3; beat += 1) {
            state = onAccountHeartbeat(state, streams);
            if (state.wanted > state.loaded) state = loaded(state, deltas);
          }
          expect(new Map(state.orders)).toEqual(truth(deltas));
          expect(state.wanted).toBe(state.loaded);
        },
      ),
    );
  });

  test("asks for a snapshot when a message was missed", () => {
    const state = loaded(onHello(NO_ACCOUNT, { ACME: { epoch: 1, seq: 4 } }), []);
    const joined = onAccountDelta(state, aDelta({ seq: 6, prev_seq: 4 }));
    expect(joined.wanted).toBe(joined.loaded);
    const gapped = onAccountDelta(joined, aDelta({ seq: 9, prev_seq: 8 }));
    expect(gapped.wanted).toBeGreaterThan(gapped.loaded);
  });

  test("forgets a listing's orders when its epoch rises", () => {
    const state = merge(onHello(NO_ACCOUNT, { ACME: { epoch: 1, seq: 4 } }), [anOrder()], [anExecution()]);
    const restored = onAccountDelta(state, aDelta({ epoch: 2, seq: 1 }));
    expect(restored.orders.size).toBe(0);
    expect(restored.executions.size).toBe(0);
    expect(restored.wanted).toBeGreaterThan(state.wanted);
  });

  test("lets no late answer to a POST undo what the socket told", () => {
    const told = merge(NO_ACCOUNT, [anOrder({ ord_status: "FILLED", cum_qty: "100" })], []);
    const late = merge(told, [anOrder({ ord_status: "PENDING_NEW", updated_at: at(9) })], []);
    expect(late.orders.get("1")?.ord_status).toBe("FILLED");
  });

  test("shows a cancel as under way until the order changes or the cancel is rejected", () => {
    const order = anOrder();
    const sent = onChangeSent(merge(NO_ACCOUNT, [order], []), order, "PENDING_CANCEL");
    expect(pendingOf(sent, order)).toBe("PENDING_CANCEL");
    expect(pendingOf(sent, { ...order, updated_at: at(5) })).toBeNull();
    const rejected = onAccountDelta(
      sent,
      aDelta({ notices: [{ code: "CancelRejected", message: "TOO_LATE", order_id: "1" }] }),
    );
    expect(pendingOf(rejected, order)).toBeNull();
  });
});
