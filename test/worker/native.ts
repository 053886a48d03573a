/** A native client inside workerd: stores the received messages in order, and its resume point. */
import { exports } from "cloudflare:workers";
import type { Event } from "../../src/wire/adk.ts";
import {
  pong,
  decodeAudioFrame,
  opusKind,
  opusPackets,
  subprotocol,
  formatResumePoint,
  type ClientFrame,
  type ServerFrame,
} from "../../src/wire/parley-v1.ts";

export type NativeMessage =
  | ServerFrame
  | { readonly type: "sound"; readonly seq: number; readonly pcm: Uint8Array }
  | { readonly type: "opus"; readonly seq: number; readonly packets: readonly Uint8Array[] };
type Kind = NativeMessage["type"];
export type NativeMessageOf<T extends Kind> = Extract<NativeMessage, { readonly type: T }>;

export class NativeClient {
  readonly received: NativeMessage[] = [];
  readonly frames: (string | Uint8Array)[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  #changed = Promise.withResolvers<void>();
  #read = 0;
  #epoch = 0;
  #seq = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#onMessage(data as string | ArrayBuffer));
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#notify();
    });
    socket.accept();
  }

  get after(): string {
    return formatResumePoint({ epoch: this.#epoch, seq: this.#seq });
  }

  send(frame: ClientFrame | ArrayBuffer | string): void {
    const raw = typeof frame === "string" || frame instanceof ArrayBuffer;
    this.#socket.send(raw ? frame : JSON.stringify(frame));
  }

  ack(): void {
    this.send({ type: "ack", seq: this.#seq });
  }

  async hello(
    options: Omit<Extract<ClientFrame, { type: "hello" }>, "type"> = {},
  ): Promise<NativeMessageOf<"hello">> {
    this.send({ type: "hello", ...options });
    return this.next("hello");
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }

  /** The next message of a kind that satisfies a condition, skipping those before it. */
  async next<T extends Kind>(
    kind: T,
    condition: (message: NativeMessageOf<T>) => boolean = () => true,
  ): Promise<NativeMessageOf<T>> {
    for (;;) {
      const message = this.received[this.#read];
      if (message) {
        this.#read++;
        if (message.type === kind && condition(message as NativeMessageOf<T>))
          return message as NativeMessageOf<T>;
      } else await this.#changed.promise;
    }
  }

  async event(condition: (event: Event) => boolean): Promise<NativeMessageOf<"event">> {
    return this.next("event", ({ event }) => condition(event));
  }

  of<T extends Kind>(kind: T): NativeMessageOf<T>[] {
    return this.received.filter((message): message is NativeMessageOf<T> => message.type === kind);
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.#changed.promise;
    return this.closed;
  }

  #onMessage(data: string | ArrayBuffer): void {
    this.frames.push(typeof data === "string" ? data : new Uint8Array(data));
    if (data === pong) return this.#notify();
    const message = this.#parse(data);
    this.received.push(message);
    if (message.type === "hello") [this.#epoch, this.#seq] = [message.epoch, message.seq];
    else this.#seq = Math.max(this.#seq, message.seq);
    this.#notify();
  }

  #parse(data: string | ArrayBuffer): NativeMessage {
    if (typeof data === "string") return JSON.parse(data) as ServerFrame;
    const sound = decodeAudioFrame(data, this.#seq);
    if (!sound) throw new Error("a binary frame that is none");
    const { kind, seq, payload } = sound;
    return kind === opusKind
      ? { type: "opus", seq, packets: opusPackets(payload) }
      : { type: "sound", seq, pcm: payload };
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Opens a native connection without sending `hello`. */
export async function connectNative(path: string, headers: Record<string, string> = {}) {
  const response = await exports.default.fetch(`https://parley.test${path}`, {
    headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": subprotocol, ...headers },
  });
  if (!response.webSocket) throw new Error(`no socket: HTTP ${response.status}`);
  return {
    client: new NativeClient(response.webSocket),
    answered: response.headers.get("Sec-WebSocket-Protocol"),
  };
}

/** The path of a conversation, from its object's name. */
export function pathOf(object: string): string {
  const [agent, user, session] = JSON.parse(object) as string[];
  return `/ws/${user}/${session}?agent=${agent}`;
}
