/**
 * A socket that is kept: dialled, asked whether it still lives, and dialled again when it does not.
 *
 *                                                ping every 15 s, and when the
 *   closed ──open()──▶ connecting ──greeted()──▶ open   network or the page stirs
 *     ▲                 ▲    │                    │
 *     │   time, online, │    ▼                    ▼ closed, or nothing heard after a ping
 *     └─end()─── seen ──┴─ waiting ◀──────────────┘
 */
import { backoff } from "./backoff.ts";
import type { ConnectionState } from "./connection.ts";
import type { Platform, Socket } from "./platform.ts";
import { ping, pong } from "../../wire/parley-v1.ts";

export interface ReconnectingSocketEvents {
  /** The socket is open, and the server waits for the first word. */
  socketOpened(): void;
  frame(frame: string | ArrayBuffer): void;
  stateChanged(state: ConnectionState): void;
}

/** A handshake that takes longer, greeting and all, is given up, ms. */
const dialMs = 10_000;
/** A line that has been up this long is healthy: the next failure is the first again, ms. */
const healthyMs = 10_000;
/** How often it is asked for a sign of life, and how long it may take to give one, ms. */
const pingMs = 15_000;
const pongMs = 5_000;
/** After a change of network or a sleep the socket is probably dead, and nobody says so, ms. */
const stirredMs = 3_000;

const nothing = (): void => undefined;

export class ReconnectingSocket {
  readonly #url: string;
  readonly #network: Platform;
  readonly #events: ReconnectingSocketEvents;
  #state: ConnectionState = { at: "closed" };
  #socket: Socket | undefined;
  #failures = 0;
  #alive = false;
  #stopTimer = nothing;
  #stopPulse = nothing;
  #stopWatching = nothing;

  constructor(url: string, network: Platform, events: ReconnectingSocketEvents) {
    this.#url = url;
    this.#network = network;
    this.#events = events;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Bytes that are on their way to the network. */
  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  open(): void {
    if (this.#state.at !== "closed") return;
    this.#failures = 0;
    this.#stopWatching = this.#network.watchConnectivity(() => this.#stir());
    this.#dial();
  }

  /** The server has answered the first word. */
  completeHandshake(): void {
    if (this.#state.at !== "connecting") return;
    this.#become({ at: "open" });
    this.#wait(healthyMs, () => (this.#failures = 0));
    this.#rest();
  }

  send(frame: string | ArrayBuffer): void {
    this.#socket?.send(frame);
  }

  /** Closed for good. @param why in words, where it was not the person's wish. */
  close(why?: string): void {
    this.#hangUp();
    this.#stopTimer();
    this.#stopWatching();
    if (this.#state.at !== "closed")
      this.#become(why === undefined ? { at: "closed" } : { at: "closed", why });
  }

  #dial(): void {
    this.#become({ at: "connecting" });
    const socket = this.#network.connect(this.#url, {
      open: () => this.#socket === socket && this.#events.socketOpened(),
      frame: (frame) => this.#socket === socket && this.#heard(frame),
      close: (code, reason) => this.#socket === socket && this.#closed(code, reason),
    });
    this.#socket = socket;
    this.#wait(dialMs, () => this.#lost());
  }

  #heard(frame: string | ArrayBuffer): void {
    this.#alive = true;
    if (frame !== pong) this.#events.frame(frame);
  }

  #closed(code: number, reason: string): void {
    const why = finalCloseReason(code, reason);
    if (why === undefined) this.#lost();
    else this.close(why);
  }

  #lost(): void {
    this.#hangUp();
    this.#failures++;
    const offline = !this.#network.isOnline();
    const inMs = backoff(this.#failures, this.#network.random());
    this.#wait(inMs, () => this.#dial());
    this.#become({ at: "waiting", inMs, offline });
  }

  #stir(): void {
    if (this.#state.at === "open") this.#ask(stirredMs);
    else if (this.#state.at === "waiting" && this.#network.isOnline()) this.#dial();
  }

  #rest(): void {
    this.#beat(pingMs, () => this.#ask(pongMs));
  }

  /** Whatever is heard is a sign of life, not the pong alone. */
  #ask(patienceMs: number): void {
    this.#alive = false;
    this.send(ping);
    this.#beat(patienceMs, () => (this.#alive ? this.#rest() : this.#lost()));
  }

  /** Forgets the socket first, so that whatever it still says goes unheard. */
  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#stopPulse();
    socket?.close();
  }

  #wait(ms: number, then: () => void): void {
    this.#stopTimer();
    this.#stopTimer = this.#network.after(ms, then);
  }

  #beat(ms: number, then: () => void): void {
    this.#stopPulse();
    this.#stopPulse = this.#network.after(ms, then);
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#events.stateChanged(state);
  }
}

/** What a close for good says to the person; nothing when dialling again may help. */
function finalCloseReason(code: number, reason: string): string | undefined {
  if (code === 1000) return reason || "The conversation was ended by the other side.";
  if (code === 1008) return reason || "The server refused this conversation.";
  return undefined;
}
