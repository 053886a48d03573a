/** A network whose time, luck and sockets the test holds in its hands, and a server's half of the native protocol. */
import type { Platform, Socket, SocketEvents } from "../../../src/client/connection/platform.ts";
import type { Event } from "../../../src/wire/adk.ts";
import { encodeAudioFrame, type ServerFrame } from "../../../src/wire/parley-v1.ts";

export class FakeSocket implements Socket {
  bufferedAmount = 0;
  closed = false;
  readonly sent: (string | ArrayBuffer)[] = [];
  readonly events: SocketEvents;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  send(frame: string | ArrayBuffer): void {
    this.sent.push(frame);
  }

  close(): void {
    this.closed = true;
  }

  say(frame: ServerFrame): void {
    this.events.frame(JSON.stringify(frame));
  }

  event(seq: number, event: Partial<Event>): void {
    this.say({ type: "event", seq, event: { id: `e${seq}`, ...event } as Event });
  }

  sound(seq: number, samples = 240): void {
    this.events.frame(new Uint8Array(encodeAudioFrame(seq, new Uint8Array(samples * 2))).buffer);
  }

  /** Answers `hello`. */
  greet(words: Partial<Extract<ServerFrame, { type: "hello" }>> = {}): void {
    this.say({
      type: "hello",
      epoch: 7,
      seq: 0,
      you: "p1",
      role: "speaker",
      participants: [{ id: "p1", role: "speaker" }],
      state: {},
      resumed: false,
      events: [],
      ...words,
    });
  }

  /** The JSON that was sent, of one type or all. */
  json(type?: string): Record<string, unknown>[] {
    return this.sent
      .filter((frame) => typeof frame === "string" && frame.startsWith("{"))
      .map((frame) => JSON.parse(frame as string) as Record<string, unknown>)
      .filter((frame) => type === undefined || frame["type"] === type);
  }

  get pings(): number {
    return this.sent.filter((frame) => frame === "ping").length;
  }
}

export class FakeNetwork implements Platform {
  readonly sockets: FakeSocket[] = [];
  connected = true;
  stirred: (() => void) | undefined;
  readonly #timers = new Map<object, { at: number; call: () => void }>();
  #now = 0;

  connect(_url: string, events: SocketEvents): Socket {
    const socket = new FakeSocket(events);
    this.sockets.push(socket);
    return socket;
  }

  isOnline(): boolean {
    return this.connected;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, then: () => void): () => void {
    const key = {};
    this.#timers.set(key, { at: this.#now + ms, call: then });
    return () => this.#timers.delete(key);
  }

  watchConnectivity(stirred: () => void): () => void {
    this.stirred = stirred;
    return () => (this.stirred = undefined);
  }

  /** Each timer at its time, also those that others set meanwhile. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
      if (!next || next[1].at > until) break;
      this.#now = next[1].at;
      this.#timers.delete(next[0]);
      next[1].call();
    }
    this.#now = until;
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("nothing was dialled");
    return socket;
  }
}
