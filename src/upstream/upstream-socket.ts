/** The WebSocket of one upstream connection. It calls no listener after `close()`. */
import type { AudioInput } from "../core/client-request.ts";
import type { ClientMessage, ServerMessage } from "../wire/live-api.ts";
import { openUpstreamSocket, type Endpoint, type Fetch } from "./upstream.ts";
import { logFailure } from "../operator-log.ts";

interface UpstreamSocketListener {
  onOpen(): void;
  /** @param frame the message as it came. */
  onMessage(message: ServerMessage, frame: string | ArrayBuffer): void;
  /** Called once. @param reason the service's own text, or the runtime's. */
  onClose(reason: string): void;
}

export class UpstreamSocket {
  readonly #abort = new AbortController();
  readonly #decoder = new TextDecoder();
  #listener: UpstreamSocketListener | undefined;
  #socket: WebSocket | undefined;

  constructor(endpoint: Endpoint, fetch: Fetch, listener: UpstreamSocketListener) {
    this.#listener = listener;
    void this.#open(endpoint, fetch);
  }

  send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Sends microphone audio: the text that `send` would make of the message, without its objects. */
  sendAudio({ pcm, rate, message }: AudioInput): void {
    const text = message ?? audioHead + pcm.toBase64() + (audioTails.get(rate) ?? audioTail(rate));
    this.#socket?.send(text);
  }

  close(): void {
    this.#listener = undefined;
    if (this.#socket) closeQuietly(this.#socket);
    else this.#abort.abort();
  }

  async #open(endpoint: Endpoint, fetch: Fetch): Promise<void> {
    try {
      const socket = await openUpstreamSocket(endpoint, fetch, this.#abort.signal);
      socket.accept();
      // Closed during the upgrade: an orphaned socket would stream, and cost money, for ever.
      if (!this.#listener) return closeQuietly(socket);
      this.#socket = socket;
      socket.addEventListener("message", ({ data }) => this.#receive(data));
      socket.addEventListener("close", ({ code, reason }) => this.#end(`${code} ${reason}`));
      socket.addEventListener("error", () => this.#end("the connection broke"));
      this.#listener.onOpen();
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * A malformed frame ends the connection. So does an exception: it may have left the session half changed, and the
   * runtime would end the connection without a word to the operator.
   */
  #receive(data: string | ArrayBuffer): void {
    if (!this.#listener) return;
    // The runtime's event lives until V8 collects its whole heap, and would keep the frame's memory until then.
    const frame = typeof data === "string" ? data : data.transfer();
    const message = this.#parse(frame);
    if (!message) return this.#end("a frame that is not JSON");
    try {
      this.#listener.onMessage(message, frame);
    } catch (error) {
      logFailure("a message of the model could not be handled", error);
      this.#end("a message that could not be handled");
    }
  }

  #parse(data: string | ArrayBuffer): ServerMessage | undefined {
    try {
      const text = typeof data === "string" ? data : this.#decoder.decode(data);
      const value: unknown = parseAudioMessage(text) ?? JSON.parse(text);
      return typeof value === "object" && value !== null ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #end(reason: string): void {
    const listener = this.#listener;
    this.#listener = undefined;
    // An accepted socket without a listener would stream, and cost money, for ever.
    if (this.#socket) closeQuietly(this.#socket);
    listener?.onClose(reason);
  }
}

const audioHead = '{"realtimeInput":{"audio":{"data":"';
const audioTail = (rate: number): string => `","mimeType":"audio/pcm;rate=${rate}"}}}`;
/** Of the rates that most microphones have. */
const audioTails = new Map([16_000, 24_000, 48_000].map((rate) => [rate, audioTail(rate)]));

function closeQuietly(socket: WebSocket): void {
  try {
    socket.close(1000);
  } catch {
    // Already closed.
  }
}

// ── Most messages hold one piece of audio. `JSON.parse` would copy its base64; here it stays a part of the text.

/** Up to the first character of the base64. Vertex names the role. */
const headPattern = jsonPattern(
  String.raw`{ "serverContent" : { "modelTurn" : { (?:"role" : "(model)" ,)? "parts" : \[ {` +
    String.raw` "inlineData" : { "mimeType" : "(audio/[\w;=.+-]*)" , "data" : "`,
);

/** From the quote after the base64 to the end. */
const tailPattern = jsonPattern(String.raw`" } } \] } } } $`);

/** Text around the base64, and what it says. */
interface Framing {
  readonly head: string;
  readonly tail: string;
  readonly role: string | undefined;
  readonly mimeType: string;
}

/** Of the latest audio: the service writes all of a session alike, and a comparison costs less than the patterns. */
let latest: Framing | undefined;

/**
 * Parses a message that holds one piece of audio and nothing else, in AI Studio's and Vertex's order of fields, with
 * any white space.
 *
 * @returns what `JSON.parse` returns; undefined if the message may hold anything else. Of raw control characters, which
 *     JSON forbids in a text, only those inside the base64 pass; they are no base64.
 */
export function parseAudioMessage(text: string): ServerMessage | undefined {
  const known = latest && audioWithin(text, latest);
  if (known) return known;
  const framing = framingOf(text);
  const message = framing && audioWithin(text, framing);
  if (message) latest = framing;
  return message;
}

/** The message; undefined if its framing is another. */
function audioWithin(text: string, { head, tail, role, mimeType }: Framing) {
  const end = text.length - tail.length;
  if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return undefined;
  const data = text.slice(head.length, end);
  if (!isBase64(data)) return undefined;
  const parts = [{ inlineData: { mimeType, data } }];
  return { serverContent: { modelTurn: role === undefined ? { parts } : { role, parts } } };
}

/** Undefined if the message may hold anything but one piece of audio. */
function framingOf(text: string): Framing | undefined {
  headPattern.lastIndex = 0;
  const [head, role, mimeType] = headPattern.exec(text) ?? [];
  if (head === undefined || mimeType === undefined) return undefined;
  const end = text.indexOf('"', head.length);
  tailPattern.lastIndex = end;
  const isWhole = end >= 0 && tailPattern.test(text);
  return isWhole ? { head, tail: text.slice(end), role, mimeType } : undefined;
}

/** Characters that neither end the text of JSON nor escape another. */
const isBase64 = (data: string): boolean =>
  data.length % 4 === 0 && !data.includes('"') && !data.includes("\\");

/** @param pattern a regular expression in which a space stands for any white space of JSON. */
function jsonPattern(pattern: string): RegExp {
  return new RegExp(` ${pattern}`.replaceAll(" ", String.raw`[ \t\n\r]*`), "y");
}
