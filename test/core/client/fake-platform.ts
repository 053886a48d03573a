/** A platform with controlled time, randomness and sockets, and the server's side of `parley.v1`. */
import type {
  Platform,
  Socket,
  SocketEvents,
  SocketUrl,
} from "../../../packages/client/src/connection/platform.ts";
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

  sendFrame(frame: ServerFrame): void {
    this.events.frame(JSON.stringify(frame));
  }

  sendEvent(seq: number, event: Partial<Event>): void {
    this.sendFrame({ type: "event", seq, event: { id: `e${seq}`, ...event } as Event });
  }

  sendAudio(seq: number, samples = 240): void {
    this.events.frame(new Uint8Array(encodeAudioFrame(seq, new Uint8Array(samples * 2))).buffer);
  }

  /** Answers `hello`. */
  sendHello(hello: Partial<Extract<ServerFrame, { type: "hello" }>> = {}): void {
    this.sendFrame({
      type: "hello",
      epoch: 7,
      seq: 0,
      you: "p1",
      role: "speaker",
      participants: [{ id: "p1", role: "speaker" }],
      state: {},
      resumed: false,
      events: [],
      ...hello,
    });
  }

  /** The JSON frames that the client sent, of one type or all. */
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

export class FakePlatform implements Platform {
  readonly sockets: FakeSocket[] = [];
  online = true;
  getToken: Platform["getToken"];
  /** What happens before `connect` returns; undefined: the token is there. */
  begin: ((events: SocketEvents) => void) | undefined;
  connectivityChanged: (() => void) | undefined;
  readonly #timers = new Map<object, { dueAt: number; callback: () => void }>();
  #now = 0;

  connect(_url: SocketUrl, events: SocketEvents): Socket {
    const socket = new FakeSocket(events);
    this.sockets.push(socket);
    if (this.begin) this.begin(events);
    else events.connecting?.();
    return socket;
  }

  isOnline(): boolean {
    return this.online;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, callback: () => void): () => void {
    const key = {};
    this.#timers.set(key, { dueAt: this.#now + ms, callback });
    return () => this.#timers.delete(key);
  }

  watchConnectivity(connectivityChanged: () => void): () => void {
    this.connectivityChanged = connectivityChanged;
    return () => (this.connectivityChanged = undefined);
  }

  /** Advances the clock and fires timers in order, including timers that fired callbacks start. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.dueAt - b.dueAt);
      if (!next || next[1].dueAt > until) break;
      this.#now = next[1].dueAt;
      this.#timers.delete(next[0]);
      next[1].callback();
    }
    this.#now = until;
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
}
