/**
 * A socket that never gives up and never pretends: it reconnects with growing, jittered pauses, at once
 * when the network or the tab comes back, and reports silence as soon as heartbeats stop.
 */
import { hearTime, toVenueTime } from "../ui/venueClock";

export type Link =
  | { phase: "connecting" }
  | { phase: "up" }
  /** Down, but the last heartbeat is recent: what is on screen is still right. */
  | { phase: "reconnecting" }
  | { phase: "silent"; since: Date }
  | { phase: "denied" };

export interface LinkHandlers<Message> {
  onOpen?: () => void;
  onMessage: (message: Message) => void;
  onLink: (link: Link) => void;
}

export interface Connection {
  stop: () => void;
  /** Lost while the socket is down: whoever must be heard says it again after the next hello. */
  send: (message: { type: string; on?: boolean }) => void;
}

export const SILENCE_MS = 4000;
const CHECK_EVERY_MS = 500;
const HANDSHAKE_MS = 10_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 15_000;
const DENIED_CODES = new Set([4401, 4403, 4404]);

export function pauseBefore(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return ceiling * (0.5 + random / 2);
}

export function connect<Message extends { type: string; server_time?: string }>(
  path: string,
  { onOpen, onMessage, onLink }: LinkHandlers<Message>,
): Connection {
  const url = `${window.location.origin.replace(/^http/, "ws")}${path}`;
  const connectedAt = Date.now();
  let socket: WebSocket | null = null;
  let attempt = 0;
  let retry: number | undefined;
  let heardAt: number | null = null;
  let openedAt = connectedAt;
  let link: Link = { phase: "connecting" };

  function report(next: Link) {
    if (next.phase === link.phase) return;
    link = next;
    onLink(next);
  }

  function open() {
    window.clearTimeout(retry);
    retry = undefined;
    const opened = new WebSocket(url);
    socket = opened;
    openedAt = Date.now();
    opened.onopen = () => onOpen?.();
    opened.onmessage = (event: MessageEvent<string>) => {
      if (socket !== opened) return;
      heardAt = Date.now();
      attempt = 0;
      report({ phase: "up" });
      const message = JSON.parse(event.data) as Message;
      if (message.server_time) hearTime(message.server_time);
      onMessage(message);
    };
    opened.onclose = (event) => {
      if (socket !== opened) return;
      socket = null;
      if (DENIED_CODES.has(event.code)) {
        stop();
        report({ phase: "denied" });
        return;
      }
      if (link.phase === "up") report({ phase: "reconnecting" });
      reopenLater();
    };
  }

  function reopenLater() {
    retry = window.setTimeout(open, pauseBefore(attempt, Math.random()));
    attempt += 1;
  }

  function abandon() {
    const old = socket;
    socket = null;
    old?.close();
  }

  function watch() {
    const now = Date.now();
    const since = heardAt ?? connectedAt;
    if (now - since > SILENCE_MS) report({ phase: "silent", since: toVenueTime(since) });
    // A half-dead connection may never say that it closed.
    const heardOnThisOne = heardAt !== null && heardAt >= openedAt;
    const patience = heardOnThisOne ? SILENCE_MS : HANDSHAKE_MS;
    if (socket && now - Math.max(since, openedAt) > patience) {
      abandon();
      reopenLater();
    }
  }

  function wake() {
    if (document.visibilityState === "hidden") return;
    watch();
    if (retry !== undefined) {
      attempt = 0;
      open();
    }
  }

  function stop() {
    window.clearInterval(watchdog);
    window.clearTimeout(retry);
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    abandon();
  }

  const watchdog = window.setInterval(watch, CHECK_EVERY_MS);
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  open();
  return {
    stop,
    send: (message) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
}
