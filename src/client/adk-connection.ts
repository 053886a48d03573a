/**
 * A conversation over ADK's bidi wire: binary PCM and JSON up, one event per text frame down.
 *
 * That wire has no acknowledgement, no replay and no word for "stop": what was on its way when the
 * socket died is gone, and an interrupt is the person's own voice.
 */
import { readEvent } from "./adk-events.ts";
import { backoff } from "./backoff.ts";
import type { Connection, Fate, Heard, LinkState } from "./connection.ts";
import { Outbox } from "./outbox.ts";
import type { Network, Socket } from "./network.ts";
import { toBase64 } from "../wire/base64.ts";

/** A handshake that takes longer is given up, ms. */
const dialMs = 10_000;
/** A link that has been up this long is healthy: the next failure is the first again, ms. */
const healthyMs = 10_000;
/** More than this unsent (2 s of speech) and the line is too slow: newer audio is dropped. */
const audioBacklog = 64 * 1024;
const imageBacklog = 256 * 1024;

export class AdkConnection implements Connection {
  readonly #url: string;
  readonly #network: Network;
  readonly #outbox = new Outbox();
  readonly #listeners = new Set<(heard: Heard) => void>();
  #state: LinkState = { at: "closed" };
  #socket: Socket | undefined;
  #failures = 0;
  #stopTimer: () => void = () => undefined;
  #stopWatching: () => void = () => undefined;

  constructor(url: string, network: Network) {
    this.#url = url;
    this.#network = network;
  }

  get state(): LinkState {
    return this.#state;
  }

  listen(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(): void {
    if (this.#state.at !== "closed") return;
    this.#failures = 0;
    this.#stopWatching = this.#network.watch(() => this.#dialSooner());
    this.#dial();
  }

  close(): void {
    this.#outbox.empty();
    this.#end();
  }

  sendAudio(pcm: ArrayBuffer): void {
    this.#sendMedia(pcm, audioBacklog);
  }

  endAudio(): void {
    this.#sendMedia(JSON.stringify({ type: "audio_stream_end" }), audioBacklog);
  }

  sendImage(jpeg: Uint8Array): void {
    const image = { type: "image", data: toBase64(jpeg), mimeType: "image/jpeg" };
    this.#sendMedia(JSON.stringify(image), imageBacklog);
  }

  sendText(text: string): Fate {
    if (this.#state.at === "open") {
      this.#say(text);
      return "sent";
    }
    return this.#outbox.hold(text) ? "held" : "refused";
  }

  approve(id: string, approved: boolean): void {
    if (this.#state.at === "open")
      this.#socket?.send(JSON.stringify({ type: "approve", id, approved }));
  }

  interrupt(): void {
    // Nothing of this wire says it; the page falls silent by itself.
  }

  #say(text: string): void {
    this.#socket?.send(JSON.stringify({ type: "text", text }));
  }

  #sendMedia(frame: ArrayBuffer | string, backlog: number): void {
    const socket = this.#socket;
    if (this.#state.at === "open" && socket && socket.bufferedAmount <= backlog) socket.send(frame);
  }

  #dial(): void {
    this.#become({ at: "connecting" });
    const socket = this.#network.dial(this.#url, {
      open: () => this.#socket === socket && this.#opened(),
      frame: (text) => this.#socket === socket && this.#frame(text),
      close: (code, reason) => this.#socket === socket && this.#closed(code, reason),
    });
    this.#socket = socket;
    this.#wait(dialMs, () => this.#lost());
  }

  #opened(): void {
    this.#become({ at: "open" });
    this.#wait(healthyMs, () => (this.#failures = 0));
    for (const text of this.#outbox.empty()) this.#say(text);
  }

  #frame(text: string): void {
    for (const heard of readEvent(text)) this.#tell(heard);
  }

  #closed(code: number, reason: string): void {
    const why = lastWord(code, reason);
    if (why === undefined) this.#lost();
    else this.#end(why);
  }

  #lost(): void {
    this.#hangUp();
    this.#failures++;
    const offline = !this.#network.online();
    const inMs = backoff(this.#failures, this.#network.random());
    this.#become({ at: "waiting", inMs, offline });
    this.#wait(inMs, () => this.#dial());
  }

  /** The network is back, or the page is looked at again. */
  #dialSooner(): void {
    if (this.#state.at === "waiting" && this.#network.online()) this.#dial();
  }

  #end(why?: string): void {
    this.#hangUp();
    this.#stopTimer();
    this.#stopWatching();
    if (this.#state.at !== "closed")
      this.#become(why === undefined ? { at: "closed" } : { at: "closed", why });
  }

  /** Forgets the socket first, so that whatever it still says goes unheard. */
  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #wait(ms: number, then: () => void): void {
    this.#stopTimer();
    this.#stopTimer = this.#network.after(ms, then);
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.#tell({ kind: "state", state });
  }

  #tell(heard: Heard): void {
    for (const listener of this.#listeners) listener(heard);
  }
}

/** What a close for good says to the person; nothing when dialling again may help. */
function lastWord(code: number, reason: string): string | undefined {
  if (code === 1000) return reason || "The conversation was ended by the other side.";
  if (code === 1008) return reason || "The server refused this conversation.";
  return undefined;
}
