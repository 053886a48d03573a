import { beforeEach, expect, test } from "vitest";
import { AdkConnection } from "../../../src/client/adk-connection.ts";
import { backoff } from "../../../src/client/backoff.ts";
import type { Heard } from "../../../src/client/connection.ts";
import type { Network, Socket, SocketEvents } from "../../../src/client/network.ts";

class FakeSocket implements Socket {
  bufferedAmount = 0;
  closed = false;
  readonly sent: unknown[] = [];
  readonly events: SocketEvents;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  send(frame: unknown): void {
    this.sent.push(frame);
  }

  close(): void {
    this.closed = true;
  }
}

/** A network whose time, luck and sockets the test holds in its hands. */
class FakeNetwork implements Network {
  readonly sockets: FakeSocket[] = [];
  connected = true;
  hopeful: (() => void) | undefined;
  readonly #timers = new Map<object, { at: number; call: () => void }>();
  #now = 0;

  dial(_url: string, events: SocketEvents): Socket {
    const socket = new FakeSocket(events);
    this.sockets.push(socket);
    return socket;
  }

  online(): boolean {
    return this.connected;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, then: () => void): () => void {
    const key = {};
    this.#timers.set(key, { at: this.#now + ms, call: then });
    return () => this.#timers.delete(key);
  }

  watch(hopeful: () => void): () => void {
    this.hopeful = hopeful;
    return () => (this.hopeful = undefined);
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.entries().filter(([, { at }]) => at <= this.#now);
    for (const [key, { call }] of due.toArray()) if (this.#timers.delete(key)) call();
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("nothing was dialled");
    return socket;
  }
}

let network: FakeNetwork;
let connection: AdkConnection;
let heard: Heard[];

beforeEach(() => {
  network = new FakeNetwork();
  connection = new AdkConnection("ws://parley.test/ws/ann/one", network);
  heard = [];
  connection.listen((what) => heard.push(what));
  connection.open();
});

const connect = (): FakeSocket => {
  network.last.events.open();
  return network.last;
};
const lose = (code = 1006): void => network.last.events.close(code, "");
const texts = (socket: FakeSocket): unknown[] =>
  socket.sent.map((frame) => JSON.parse(String(frame)).text);

test("[PAGE21] waits double from 0.4 s to 10 s, and spread by a fifth", () => {
  expect([1, 2, 3, 4, 5, 6, 99].map((n) => backoff(n, 0.5))).toEqual([
    400, 800, 1600, 3200, 6400, 10_000, 10_000,
  ]);
  expect([backoff(1, 0), backoff(1, 1)]).toEqual([320, 480]);
});

test("[PAGE21] a lost link is dialled again, at the same address, later each time", () => {
  connect();
  for (const wait of [400, 800, 1600]) {
    lose();
    expect(connection.state).toEqual({ at: "waiting", inMs: wait, offline: false });
    const before = network.sockets.length;
    network.pass(wait - 1);
    expect(network.sockets).toHaveLength(before);
    network.pass(1);
    expect(network.sockets).toHaveLength(before + 1);
    expect(connection.state.at).toBe("connecting");
  }
});

test("[PAGE21] health, not a handshake, makes the next failure the first again", () => {
  connect();
  lose();
  network.pass(400);
  connect();
  lose();
  expect(connection.state).toMatchObject({ inMs: 800 });
  network.pass(800);
  connect();
  network.pass(10_000);
  lose();
  expect(connection.state).toMatchObject({ inMs: 400 });
});

test("[PAGE21] a handshake that hangs is given up", () => {
  const hanging = network.last;
  network.pass(10_000);
  expect(hanging.closed).toBe(true);
  expect(connection.state.at).toBe("waiting");
});

test("[PAGE22] when the network is back or the page is seen, it dials at once", () => {
  connect();
  network.connected = false;
  lose();
  expect(connection.state).toMatchObject({ at: "waiting", offline: true });
  network.hopeful?.();
  expect(connection.state.at).toBe("waiting");
  network.connected = true;
  network.hopeful?.();
  expect(connection.state.at).toBe("connecting");
});

test("[PAGE23] text said while away is held and delivered in order; sound and pictures are not", () => {
  connection.sendAudio(new ArrayBuffer(1024));
  connection.sendImage(new Uint8Array(10));
  expect(connection.sendText("one")).toBe("held");
  const socket = connect();
  expect(connection.sendText("two")).toBe("sent");
  expect(texts(socket)).toEqual(["one", "two"]);
  lose();
  connection.sendAudio(new ArrayBuffer(1024));
  expect(connection.sendText("three")).toBe("held");
  network.pass(400);
  expect(texts(connect())).toEqual(["three"]);
});

test("[PAGE23] when too much waits, the next text is refused, never dropped in silence", () => {
  const fates = Array.from({ length: 60 }, (_, i) => connection.sendText(`${i}`));
  expect(fates.filter((fate) => fate === "held")).toHaveLength(50);
  expect(fates.at(-1)).toBe("refused");
  expect(texts(connect())).toHaveLength(50);
  connection.close();
  connection.open();
  expect(connection.sendText("x".repeat(33_000))).toBe("refused");
});

test("[PAGE24] a close by the server for good is told in its words and not dialled again", () => {
  for (const code of [1000, 1008]) {
    connection.open();
    connect();
    network.last.events.close(code, "There is no agent of that name here.");
    expect(connection.state).toEqual({
      at: "closed",
      why: "There is no agent of that name here.",
    });
    const before = network.sockets.length;
    network.pass(60_000);
    network.hopeful?.();
    expect(network.sockets).toHaveLength(before);
  }
});

test.each([1001, 1006, 1011, 1012, 1013])("[PAGE24] after %i it is dialled again", (code) => {
  connect();
  lose(code);
  expect(connection.state.at).toBe("waiting");
});

test("[PAGE25] a socket that was given up is not listened to any more", () => {
  const old = connect();
  lose();
  network.pass(400);
  connect();
  heard.length = 0;
  old.events.frame(JSON.stringify({ turnComplete: true }));
  old.events.close(1006, "");
  old.events.open();
  expect(heard).toEqual([]);
  expect(connection.state.at).toBe("open");
});

test("[PAGE25] hanging up is for good, and forgets what was held", () => {
  connection.sendText("never mind");
  connection.close();
  expect(network.last.closed).toBe(true);
  expect(connection.state).toEqual({ at: "closed" });
  network.pass(60_000);
  expect(network.sockets).toHaveLength(1);
  expect(network.hopeful).toBeUndefined();
  connection.open();
  expect(connect().sent).toEqual([]);
});

test("[PAGE26] on a line too slow for speech the newest sound is dropped, text is not", () => {
  const socket = connect();
  socket.bufferedAmount = 70_000;
  connection.sendAudio(new ArrayBuffer(1024));
  expect(socket.sent).toHaveLength(0);
  connection.sendText("still here");
  expect(texts(socket)).toEqual(["still here"]);
  socket.bufferedAmount = 0;
  connection.sendAudio(new ArrayBuffer(1024));
  expect(socket.sent).toHaveLength(2);
});

test("[PAGE27] the end of the microphone is told, so that nobody waits for the rest of a sentence", () => {
  const socket = connect();
  connection.endAudio();
  expect(JSON.parse(String(socket.sent[0]))).toEqual({ type: "audio_stream_end" });
});

test("[PAGE28] a picture goes up as ADK's demo sends it", () => {
  const socket = connect();
  connection.sendImage(Uint8Array.of(255, 216, 255));
  expect(JSON.parse(String(socket.sent[0]))).toEqual({
    type: "image",
    data: "/9j/",
    mimeType: "image/jpeg",
  });
});
