/**
 * A WebSocket that reconnects and checks with pings whether its peer is alive.
 *
 *                                                            ping every 15 s, and when
 *   closed ──open()──▶ connecting ──completeHandshake()──▶ open   connectivity changes
 *     ▲                 ▲    │                              │
 *     │    retry timer, │    ▼                              ▼ closed, or no frame after a ping
 *     └─close() online ─┴─ backoff ◀────────────────────────┘
 */
import { ping, pong } from "../../../../src/wire/parley-v1.ts";
import { backoff } from "./backoff.ts";
import type { ConnectionState, WireFrame } from "./connection.ts";
import type { Platform, Socket } from "./platform.ts";

interface ReconnectingSocketEvents {
  /** The socket is open and the server expects the first frame. */
  socketOpened(): void;
  frame(frame: string | ArrayBuffer): void;
  /** Every frame of the sockets, and each opening and close. */
  watched(frame: WireFrame): void;
  stateChanged(state: ConnectionState): void;
  /** @param error of `getToken`. The next attempt asks again. */
  tokenFailed(error: unknown): void;
}

/** Limit for connecting, up to and including the server's `hello`. */
const connectTimeoutMs = 10_000;
/** A connection that was open this long resets the backoff. */
const healthyAfterMs = 10_000;
const pingIntervalMs = 15_000;
const pongTimeoutMs = 5_000;
/** After a network change or a sleep the socket is probably dead without a close event: a shorter limit applies. */
const probeTimeoutMs = 3_000;

const nothing = (): void => undefined;

export class ReconnectingSocket {
  readonly #url: string;
  readonly #platform: Platform;
  readonly #events: ReconnectingSocketEvents;
  #state: ConnectionState = { status: "closed" };
  #socket: Socket | undefined;
  #failures = 0;
  /** The server's own time for the next attempt, from the close on. */
  #leastRetryMs = 0;
  #receivedSincePing = false;
  #cancelTimer = nothing;
  #cancelHeartbeat = nothing;
  #stopWatching = nothing;

  constructor(url: string, platform: Platform, events: ReconnectingSocketEvents) {
    this.#url = url;
    this.#platform = platform;
    this.#events = events;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  open(): void {
    if (this.#state.status !== "closed") return;
    this.#failures = 0;
    this.#stopWatching = this.#platform.watchConnectivity(() => this.#connectivityChanged());
    this.#connect();
  }

  /** Reconnects a lost connection at once, before its timer. */
  retry(): void {
    if (this.#state.status === "backoff") this.#connect();
  }

  /** The server answered the first frame. */
  completeHandshake(): void {
    if (this.#state.status !== "connecting") return;
    this.#setState({ status: "open" });
    this.#startTimer(healthyAfterMs, () => (this.#failures = 0));
    this.#scheduleHeartbeat();
  }

  /** The server refuses this attempt, and names a time for the next one. */
  waitBeforeRetry(ms: number): void {
    this.#leastRetryMs = ms;
  }

  send(frame: string | ArrayBuffer): void {
    if (!this.#socket) return;
    this.#events.watched({ direction: "out", data: frame });
    this.#socket.send(frame);
  }

  /** Closes for good. @param reason for display; undefined when the page closes. */
  close(reason?: string): void {
    this.#dropSocket();
    this.#cancelTimer();
    this.#stopWatching();
    if (this.#state.status !== "closed")
      this.#setState(reason === undefined ? { status: "closed" } : { status: "closed", reason });
  }

  /** Gives this socket up, and connects again. */
  reconnect(): void {
    if (this.#state.status !== "closed") this.#retryLater();
  }

  #connect(): void {
    this.#setState({ status: "connecting" });
    const socket = this.#platform.connect(this.#url, {
      open: () => this.#socket === socket && this.#opened(),
      frame: (frame) => this.#socket === socket && this.#received(frame),
      close: (code, reason) => this.#socket === socket && this.#closed(code, reason),
      tokenFailed: (error) => this.#socket === socket && this.#events.tokenFailed(error),
    });
    this.#socket = socket;
    this.#startTimer(connectTimeoutMs, () => this.#retryLater());
  }

  #opened(): void {
    this.#events.watched({ direction: "local", what: "socket opened" });
    this.#events.socketOpened();
  }

  #received(frame: string | ArrayBuffer): void {
    this.#events.watched({ direction: "in", data: frame });
    this.#receivedSincePing = true;
    if (frame !== pong) this.#events.frame(frame);
  }

  #closed(code: number, reason: string): void {
    const what = `socket closed: ${code}${reason && ` ${reason}`}`;
    this.#events.watched({ direction: "local", what });
    this.#socket = undefined;
    const final = finalCloseReason(code, reason);
    if (final === undefined) this.#retryLater();
    else this.close(final);
  }

  #retryLater(): void {
    this.#dropSocket();
    this.#failures++;
    const offline = !this.#platform.isOnline();
    const retryInMs = Math.max(
      this.#leastRetryMs,
      backoff(this.#failures, this.#platform.random()),
    );
    this.#leastRetryMs = 0;
    this.#startTimer(retryInMs, () => this.#connect());
    this.#setState({ status: "backoff", retryInMs, offline });
  }

  #connectivityChanged(): void {
    if (this.#state.status === "open") this.#ping(probeTimeoutMs);
    else if (this.#state.status === "backoff" && this.#platform.isOnline()) this.#connect();
  }

  #scheduleHeartbeat(): void {
    this.#startHeartbeat(pingIntervalMs, () => this.#ping(pongTimeoutMs));
  }

  /** Any frame proves that the peer is alive, not only the pong. */
  #ping(timeoutMs: number): void {
    this.#receivedSincePing = false;
    this.send(ping);
    this.#startHeartbeat(timeoutMs, () =>
      this.#receivedSincePing ? this.#scheduleHeartbeat() : this.#retryLater(),
    );
  }

  /** Clears `#socket` before it closes the socket, so that late events of the socket are ignored. */
  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#cancelHeartbeat();
    if (!socket) return;
    // Its event may come when another socket is open.
    this.#events.watched({ direction: "local", what: "socket closed: by the page" });
    socket.close();
  }

  #startTimer(ms: number, callback: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#platform.after(ms, callback);
  }

  #startHeartbeat(ms: number, callback: () => void): void {
    this.#cancelHeartbeat();
    this.#cancelHeartbeat = this.#platform.after(ms, callback);
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#events.stateChanged(state);
  }
}

/** @returns the text to display after a final close; undefined when reconnecting may help. */
function finalCloseReason(code: number, reason: string): string | undefined {
  if (code === 1000) return reason || "The conversation was ended by the other side.";
  if (code === 4402) return reason || "The budget of this conversation is used up.";
  if (code === 1008) return reason || "The server refused this conversation.";
  return undefined;
}
