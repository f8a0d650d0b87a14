/** What the header says about all sockets of the page, and what the ticket asks before it sends. */
import { useSyncExternalStore } from "react";

import type { Link } from "./socket";

export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "resyncing" }
  | { state: "stale"; since: Date };

export function connectionOf(link: Link, reloading: boolean): Connection {
  switch (link.phase) {
    case "up":
      return { state: reloading ? "resyncing" : "live" };
    case "reconnecting":
      return { state: "resyncing" };
    case "silent":
      return { state: "stale", since: link.since };
    case "connecting":
    case "denied":
      return { state: "connecting" };
  }
}

const GRAVITY = { live: 0, connecting: 1, resyncing: 2, stale: 3 };

export function worst(connections: Iterable<Connection>): Connection | null {
  let result: Connection | null = null;
  for (const connection of connections) {
    if (result === null || GRAVITY[connection.state] > GRAVITY[result.state]) result = connection;
  }
  return result;
}

const connections = new Map<string, Connection>();
const listeners = new Set<() => void>();
let overall: Connection | null = null;

export function setConnection(name: string, connection: Connection | null): void {
  if (connection) connections.set(name, connection);
  else connections.delete(name);
  overall = worst(connections.values());
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The worst state among the open sockets; null on pages that show nothing live. */
export const useConnection = (): Connection | null => useSyncExternalStore(subscribe, () => overall);
