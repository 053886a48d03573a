/** A client of the native door inside workerd: keeps what it heard in order, and remembers its place. */
import { exports } from "cloudflare:workers";
import type { Event } from "../../src/wire/adk.ts";
import {
  pong,
  decodeAudioFrame,
  subprotocol,
  formatResumePoint,
  type ClientFrame,
  type ServerFrame,
} from "../../src/wire/parley-v1.ts";

export type NativeMessage =
  | ServerFrame
  | { readonly type: "sound"; readonly seq: number; readonly pcm: Uint8Array };
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
    socket.addEventListener("message", ({ data }) => this.#hear(data as string | ArrayBuffer));
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
    words: Omit<Extract<ClientFrame, { type: "hello" }>, "type"> = {},
  ): Promise<NativeMessageOf<"hello">> {
    this.send({ type: "hello", ...words });
    return this.next("hello");
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }

  /** The next of a kind that satisfies a condition, skipping those before it. */
  async next<T extends Kind>(
    kind: T,
    condition: (heard: NativeMessageOf<T>) => boolean = () => true,
  ): Promise<NativeMessageOf<T>> {
    for (;;) {
      const heard = this.received[this.#read];
      if (heard) {
        this.#read++;
        if (heard.type === kind && condition(heard as NativeMessageOf<T>))
          return heard as NativeMessageOf<T>;
      } else await this.#changed.promise;
    }
  }

  async event(condition: (event: Event) => boolean): Promise<NativeMessageOf<"event">> {
    return this.next("event", ({ event }) => condition(event));
  }

  of<T extends Kind>(kind: T): NativeMessageOf<T>[] {
    return this.received.filter((heard): heard is NativeMessageOf<T> => heard.type === kind);
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.#changed.promise;
    return this.closed;
  }

  #hear(data: string | ArrayBuffer): void {
    this.frames.push(typeof data === "string" ? data : new Uint8Array(data));
    if (data === pong) return this.#notify();
    const heard = this.#parse(data);
    this.received.push(heard);
    if (heard.type === "hello") [this.#epoch, this.#seq] = [heard.epoch, heard.seq];
    else this.#seq = Math.max(this.#seq, heard.seq);
    this.#notify();
  }

  #parse(data: string | ArrayBuffer): NativeMessage {
    if (typeof data === "string") return JSON.parse(data) as ServerFrame;
    const sound = decodeAudioFrame(data, this.#seq);
    if (!sound) throw new Error("a binary frame that is none");
    return { type: "sound", seq: sound.seq, pcm: sound.pcm };
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Opens the native door, and says nothing yet. */
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
