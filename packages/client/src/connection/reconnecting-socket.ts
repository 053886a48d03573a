/**
 * A WebSocket that reconnects and checks with pings whether its peer is alive.
 *
 *                                                            ping every 15 s, when the server
 *   closed ──open()──▶ connecting ──completeHandshake()──▶ open   asks, and when connectivity changes
 *     ▲                 ▲    │                              │
 *     │    retry timer, │    ▼                              ▼ closed, or no frame after a ping
 *     └─close() online ─┴─ backoff ◀────────────────────────┘
 */
import { ping, pong } from "../../../../src/wire/parley-v1.ts";
import { backoff } from "./backoff.ts";
import type { CloseCode, ConnectionState, WireFrame } from "./connection.ts";
import type { Platform, Socket, SocketUrl } from "./platform.ts";

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

/** Limit for connecting, from the token, for which a user may have to log in, up to and including the server's `hello`. */
const connectTimeoutMs = 10_000;
/** A connection that was open this long resets the backoff. */
const healthyAfterMs = 10_000;
const pingIntervalMs = 15_000;
const pongTimeoutMs = 5_000;
/** After a network change or a sleep the socket is probably dead without a close event: a shorter limit applies. */
const probeTimeoutMs = 3_000;

const nothing = (): void => undefined;

export class ReconnectingSocket {
  readonly #url: SocketUrl;
  readonly #platform: Platform;
  readonly #events: ReconnectingSocketEvents;
  #state: ConnectionState = { status: "closed" };
  #socket: Socket | undefined;
  /** Increases with each attempt and each end of one: events of another are ignored. */
  #attempt = 0;
  #failures = 0;
  /** Asked for while an attempt was under way. */
  #retriesAtOnce = false;
  /** The server's own time for the next attempt, from the close on. */
  #leastRetryMs = 0;
  #receivedSincePing = false;
  #cancelTimer = nothing;
  #cancelHeartbeat = nothing;
  #stopWatching = nothing;

  constructor(url: SocketUrl, platform: Platform, events: ReconnectingSocketEvents) {
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

  /** Reconnects a lost connection at once, before its timer: an attempt that is under way may end first. */
  retry(): void {
    if (this.#state.status === "backoff") this.#connect();
    else this.#retriesAtOnce = this.#state.status === "connecting";
  }

  /** The server answered the first frame. */
  completeHandshake(): void {
    if (this.#state.status !== "connecting") return;
    this.#retriesAtOnce = false;
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

  /**
   * Closes for good.
   * @param reason for display; undefined when the page closes.
   * @param code of a reason in the client's words.
   */
  close(reason?: string, code?: CloseCode): void {
    this.#dropSocket();
    this.#cancelTimer();
    this.#stopWatching();
    if (this.#state.status !== "closed")
      this.#setState({
        status: "closed",
        ...(reason !== undefined && { reason }),
        ...(code && { code }),
      });
  }

  /** Gives this socket up, and connects again. */
  reconnect(): void {
    if (this.#state.status !== "closed") this.#retryLater();
  }

  /** The server asks whether this client lives: the timers of a page in the background are slow. */
  answerProbe(): void {
    if (this.#state.status === "open") this.#ping(pongTimeoutMs);
  }

  #connect(): void {
    const offline = !this.#platform.isOnline();
    this.#setState({ status: "connecting", retry: this.#failures > 0, offline });
    this.#cancelTimer();
    const attempt = ++this.#attempt;
    const isCurrent = (): boolean => attempt === this.#attempt;
    // Some events may come before `connect` returns.
    const socket = this.#platform.connect(this.#url, {
      connecting: () => isCurrent() && this.#startTimer(connectTimeoutMs, () => this.#retryLater()),
      open: () => isCurrent() && this.#opened(),
      frame: (frame) => isCurrent() && this.#received(frame),
      close: (code, reason, cause) => isCurrent() && this.#closed(code, reason, cause),
      tokenFailed: (error) => isCurrent() && this.#events.tokenFailed(error),
    });
    if (isCurrent()) this.#socket = socket;
    else socket.close();
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

  #closed(code: number, reason: string, cause?: CloseCode): void {
    const what = `socket closed: ${code}${reason && ` ${reason}`}`;
    this.#events.watched({ direction: "local", what });
    this.#socket = undefined;
    const final = finalCloses[code];
    if (!final) this.#retryLater();
    else if (reason) this.close(reason, cause);
    else this.close(final.reason, final.code);
  }

  #retryLater(): void {
    this.#dropSocket();
    this.#failures++;
    const offline = !this.#platform.isOnline();
    const retryInMs = this.#retriesAtOnce
      ? 0
      : Math.max(this.#leastRetryMs, backoff(this.#failures, this.#platform.random()));
    this.#retriesAtOnce = false;
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

  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#attempt++;
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

/** By the code of a close after which connecting again cannot help: the words, where the server gave none. */
const finalCloses: Partial<Record<number, { readonly reason: string; readonly code: CloseCode }>> =
  {
    1000: { reason: "The conversation was ended by the other side.", code: "ENDED" },
    1008: { reason: "The server refused this conversation.", code: "REFUSED" },
    4402: { reason: "The budget of this conversation is used up.", code: "SPENT" },
  };
