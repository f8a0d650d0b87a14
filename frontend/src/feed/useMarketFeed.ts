import { useEffect, useState, useSyncExternalStore } from "react";

import { ApiError, api, call } from "../api/client";
import type { Book } from "../api/types";
import {
  DEPTH,
  EMPTY,
  type MarketState,
  type MarketView,
  type Snapshot,
  onConnect,
  onDelta,
  onHeartbeat,
  onSnapshot,
} from "./market";
import type { MarketMessage } from "./messages";
import { type Link, connect } from "./socket";
import { type Connection, connectionOf, setConnection } from "./status";
import { Store } from "../ui/store";

const RETRY_SNAPSHOT_MS = 500;

export interface MarketFeed {
  view: MarketView | null;
  connection: Connection;
  error: ApiError | null;
}

async function fetchSnapshot(symbol: string): Promise<Snapshot> {
  const path = { symbol };
  const book = await call(
    api.GET("/api/v1/listings/{symbol}/book", { params: { path, query: { depth: DEPTH } } }),
  );
  // After the book, so that neither can be older than it: deltas up to the book's number are dropped.
  const [listing, trades] = await Promise.all([
    call(api.GET("/api/v1/listings/{symbol}", { params: { path } })),
    call(api.GET("/api/v1/listings/{symbol}/trades", { params: { path, query: { limit: 100 } } })),
  ]);
  // OpenAPI 3.0 has no tuples, so the generated type of a level says less than the contract does.
  return { book: book as unknown as Book, stats: listing.stats, trades: trades.results };
}

function follow(symbol: string, store: Store<MarketFeed>): () => void {
  let state: MarketState = EMPTY;
  let link: Link = { phase: "connecting" };
  let error: ApiError | null = null;
  let fetching = false;
  let retry: number | undefined;
  let closed = false;

  function publish() {
    const connection = connectionOf(link, state.reload);
    const { view: shown, connection: said } = store.get();
    const same = JSON.stringify(said) === JSON.stringify(connection);
    if (!same) setConnection(`market ${symbol}`, connection);
    if (!same || shown !== state.view || store.get().error !== error) {
      store.set({ view: state.view, connection: same ? said : connection, error });
    }
  }

  function advance(next: MarketState) {
    state = next;
    if (state.reload) void load();
    publish();
  }

  async function load() {
    if (fetching || closed || retry !== undefined) return;
    fetching = true;
    try {
      const snapshot = await fetchSnapshot(symbol);
      if (closed) return;
      error = null;
      state = onSnapshot(state, snapshot);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error = failure;
    } finally {
      fetching = false;
    }
    publish();
    if (state.reload && error?.status !== 404) {
      retry = window.setTimeout(() => {
        retry = undefined;
        void load();
      }, RETRY_SNAPSHOT_MS);
    }
  }

  const { stop } = connect<MarketMessage>(`/ws/market/${encodeURIComponent(symbol)}/`, {
    onOpen: () => advance(onConnect(state)),
    onMessage: (message) => {
      if (message.type === "market") advance(onDelta(state, message));
      else if (message.type === "heartbeat") advance(onHeartbeat(state, message));
    },
    onLink: (next) => {
      link = next;
      publish();
    },
  });
  setConnection(`market ${symbol}`, connectionOf(link, true));
  // Prices may be shown before the socket is up; the header says that they are not live yet.
  void load();

  return () => {
    closed = true;
    window.clearTimeout(retry);
    stop();
    setConnection(`market ${symbol}`, null);
  };
}

/** The live state of one market. */
export function useMarketFeed(symbol: string): MarketFeed {
  const [store] = useState(
    () => new Store<MarketFeed>({ view: null, connection: { state: "connecting" }, error: null }),
  );
  useEffect(() => follow(symbol, store), [symbol, store]);
  return useSyncExternalStore(store.subscribe, store.get);
}
