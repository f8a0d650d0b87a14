import { ApiError, api, asId, call } from "../api/client";
import type { Execution, Order, Pending } from "../api/types";
import {
  type AccountState,
  NO_ACCOUNT,
  isWorking,
  merge,
  onAccountDelta,
  onAccountHeartbeat,
  onAccountSnapshot,
  onChangeSent,
  onHello,
  pendingOf,
} from "./account";
import { type Change, changesBetween } from "./changes";
import type { AccountMessage, Notice } from "./messages";
import { guardWanted } from "./guard";
import { type Connection, type Link, connect } from "./socket";
import { connectionOf, setConnection } from "./status";
import { Store } from "../ui/store";

const RETRY_MS = 1000;
const WORKING_PAGES = 20;

/** An order, and whether a cancel or a change of it is under way. */
export type ShownOrder = Order & { pending: Pending | null };

export interface AccountFeedState {
  orders: ShownOrder[];
  executions: Execution[];
  loaded: boolean;
  /** The venue has said that it cancels the account's orders when this connection ends. */
  guarded: boolean;
  olderOrders: string | null;
  olderExecutions: string | null;
}

export interface AccountEvents {
  onChanges: (changes: Change[]) => void;
  onNotices: (notices: Notice[]) => void;
  onBalances: () => void;
  /** The venue sent us away: the sign-in, or our part in the account, has ended. */
  onDenied: () => void;
}

interface Page {
  orders: Order[];
  executions: Execution[];
  olderOrders: string | null;
  olderExecutions: string | null;
}

const get = {
  orders: (account: string, more: { working?: boolean; cursor?: string }) =>
    call(api.GET("/api/v1/orders", { params: { query: { account: asId(account), ...more } } })),
  executions: (account: string, cursor?: string) =>
    call(api.GET("/api/v1/executions", { params: { query: { account: asId(account), cursor } } })),
  order: (id: string) => call(api.GET("/api/v1/orders/{order_id}", { params: { path: { order_id: asId(id) } } })),
};

async function allWorking(account: string): Promise<Order[]> {
  const found: Order[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < WORKING_PAGES; page += 1) {
    const { results, next } = await get.orders(account, { working: true, cursor });
    found.push(...results);
    if (!next) break;
    cursor = next;
  }
  return found;
}

/** Everything still working, the latest of the rest, and whatever we believed to be working. */
async function fetchPage(account: string, believedWorking: string[]): Promise<Page> {
  const [working, recent, executions] = await Promise.all([
    allWorking(account),
    get.orders(account, {}),
    get.executions(account),
  ]);
  const told = new Set([...working, ...recent.results].map((order) => order.id));
  const missing = await Promise.all(believedWorking.filter((id) => !told.has(id)).map(get.order));
  return {
    orders: [...recent.results, ...working, ...missing],
    executions: executions.results,
    olderOrders: recent.next,
    olderExecutions: executions.next,
  };
}

/** Nothing more becomes of its settlement, as far as we know. */
const hasEnded = ({ settlement }: Execution): boolean => settlement?.state === "SETTLED" || settlement?.state === "CANCELED";

const newestFirst = <T>(rows: Iterable<T>, at: (row: T) => string): T[] =>
  [...rows].sort((a, b) => (at(a) < at(b) ? 1 : -1));

export const NOTHING_YET: AccountFeedState = {
  orders: [],
  executions: [],
  loaded: false,
  guarded: false,
  olderOrders: null,
  olderExecutions: null,
};

const SILENT: AccountEvents = {
  onChanges: () => {},
  onNotices: () => {},
  onBalances: () => {},
  onDenied: () => {},
};

/** Follows one account's private stream while open. */
export class AccountFeed {
  readonly store = new Store(NOTHING_YET);
  readonly #account: string;
  #events = SILENT;
  #state: AccountState = NO_ACCOUNT;
  #older: Pick<Page, "olderOrders" | "olderExecutions"> = { olderOrders: null, olderExecutions: null };
  #link: Link = { phase: "connecting" };
  #connection: Connection | null = null;
  #guarded = false;
  #fetching = false;
  #closed = true;
  #retry: number | undefined;

  constructor(account: string) {
    this.#account = account;
  }

  readonly open = (events: AccountEvents): (() => void) => {
    this.#events = events;
    this.#closed = false;
    const connection = connect<AccountMessage>(`/ws/account/${this.#account}/`, {
      onMessage: (message) => this.#hear(message),
      onLink: (link) => {
        this.#link = link;
        // What this connection had agreed on ended with it.
        if (link.phase !== "up") this.#guarded = false;
        this.#publish();
        if (link.phase === "denied") this.#events.onDenied();
      },
    });
    this.#connection = connection;
    const unsubscribe = guardWanted.subscribe(() => this.#askForGuard());
    void this.#load();
    return () => {
      unsubscribe();
      this.#closed = true;
      window.clearTimeout(this.#retry);
      this.#retry = undefined;
      connection.stop();
      setConnection("account", null);
    };
  };

  /** The server's answer to a POST, which may come before or after the socket's word on it. */
  readonly learn = (order: Order): void => {
    this.#advance(merge(this.#state, [order], []));
    this.#events.onBalances();
  };

  readonly changeSent = (order: Order, pending: Pending): void => {
    this.#advance(onChangeSent(this.#state, order, pending));
    this.#events.onBalances();
  };

  readonly loadOlderOrders = async (): Promise<void> => {
    if (!this.#older.olderOrders) return;
    const page = await get.orders(this.#account, { cursor: this.#older.olderOrders });
    this.#older = { ...this.#older, olderOrders: page.next };
    this.#state = merge(this.#state, page.results, []);
    this.#publish();
  };

  readonly loadOlderExecutions = async (): Promise<void> => {
    if (!this.#older.olderExecutions) return;
    const page = await get.executions(this.#account, this.#older.olderExecutions);
    this.#older = { ...this.#older, olderExecutions: page.next };
    this.#state = merge(this.#state, [], page.results);
    this.#publish();
  };

  #hear(message: AccountMessage): void {
    switch (message.type) {
      case "hello":
        this.#advance(onHello(this.#state, message.streams));
        if (guardWanted.get()) this.#askForGuard();
        break;
      case "cancel_on_disconnect":
        this.#guarded = message.on;
        // After a silence it took us for dead, and did as it was told; from now on it shall watch again.
        if (!message.on && guardWanted.get()) this.#askForGuard();
        this.#publish();
        break;
      case "account":
        this.#advance(onAccountDelta(this.#state, message), message.orders);
        if (message.notices.length > 0) this.#events.onNotices(message.notices);
        // Every order that rests, changes or ends moves what it holds; the hint is for settlement only.
        this.#events.onBalances();
        break;
      case "heartbeat":
        this.#advance(onAccountHeartbeat(this.#state, message.streams));
        break;
      case "balances":
        this.#events.onBalances();
        void this.#refreshSettlement();
        break;
    }
  }

  #askForGuard(): void {
    this.#connection?.send({ type: "cancel_on_disconnect", on: guardWanted.get() });
  }

  #advance(next: AccountState, told: Order[] = []): void {
    const before = this.#state;
    this.#state = next;
    if (next.orders !== before.orders) {
      const changes = changesBetween(before, next, told);
      if (changes.length > 0) this.#events.onChanges(changes);
    }
    if (next.wanted > next.loaded) void this.#load();
    this.#publish();
  }

  async #load(): Promise<void> {
    if (this.#fetching || this.#closed || this.#retry !== undefined) return;
    this.#fetching = true;
    const answers = this.#state.wanted;
    const believed = [...this.#state.orders.values()].filter(isWorking).map((order) => order.id);
    const page = await fetchPage(this.#account, believed).catch((failure: unknown) => {
      if (failure instanceof ApiError) return null;
      throw failure;
    });
    this.#fetching = false;
    if (this.#closed) return;
    if (page === null) {
      this.#retry = window.setTimeout(() => {
        this.#retry = undefined;
        void this.#load();
      }, RETRY_MS);
      return;
    }
    if (this.#state.loaded === 0) this.#older = page;
    this.#events.onBalances();
    this.#advance(onAccountSnapshot(this.#state, answers, page.orders, page.executions));
  }

  /** Settlement moves balances without an event of the order's own; only a fetch tells which fills it took. */
  async #refreshSettlement(): Promise<void> {
    if (![...this.#state.executions.values()].some((execution) => !hasEnded(execution))) return;
    const page = await get.executions(this.#account).catch(() => null);
    if (page && !this.#closed) this.#advance(merge(this.#state, [], page.results));
  }

  #publish(): void {
    const { orders, executions, wanted, loaded } = this.#state;
    if (this.#closed) return;
    setConnection("account", connectionOf(this.#link, wanted > loaded));
    const shown = [...orders.values()].map((order) => ({ ...order, pending: pendingOf(this.#state, order) }));
    this.store.set({
      orders: newestFirst(shown, (order) => order.created_at),
      executions: newestFirst(executions.values(), (execution) => execution.at),
      loaded: loaded > 0,
      guarded: this.#guarded,
      olderOrders: this.#older.olderOrders,
      olderExecutions: this.#older.olderExecutions,
    });
  }
}
