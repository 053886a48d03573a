import { beforeEach, describe, expect, test, vi } from "vitest";
import type {
  ConnectionEvent,
  ConnectionSnapshot,
} from "../../../packages/client/src/connection/connection.ts";
import { ParleyConnection } from "../../../packages/client/src/connection/parley-connection.ts";
import type { Event } from "../../../src/wire/adk.ts";
import { FakePlatform, type FakeSocket } from "./fake-platform.ts";
import { nextUncaught } from "./uncaught.ts";

let platform: FakePlatform;
let connection: ParleyConnection;
let events: ConnectionEvent[];

function begin(snapshot?: ConnectionSnapshot): void {
  platform = new FakePlatform();
  connection = new ParleyConnection("ws://parley.test/ws/ann/one", platform, snapshot);
  events = [];
  connection.subscribe((event) => events.push(event));
  connection.open();
}

beforeEach(() => begin());

const connect = (hello: Parameters<FakeSocket["sendHello"]>[0] = {}): FakeSocket => {
  platform.last.events.open();
  platform.last.sendHello(hello);
  return platform.last;
};
const disconnect = (): void => platform.last.events.close(1006, "");
const reconnect = (hello = {}): FakeSocket => {
  disconnect();
  platform.pass(10_000);
  return connect({ resumed: true, ...hello });
};
const eventsOf = <K extends ConnectionEvent["kind"]>(kind: K) =>
  events.filter((event): event is Extract<ConnectionEvent, { kind: K }> => event.kind === kind);
const answer = (text: string, id: string) =>
  ({ id, author: "guide", outputTranscription: { text, finished: true } }) as Event;
const texts = (socket: FakeSocket) => socket.json("text").map(({ text }) => text);

test("[APPROVE10] the time that is left for an approval counts from the frame's arrival", () => {
  vi.useFakeTimers({ now: 50_000 });
  const actions = { requestedToolConfirmations: { c1: { hint: "pay" } } };
  const asking = (id: string): Event => ({ id, author: "teller", timestamp: 1, actions }) as never;
  const socket = connect();
  socket.sendFrame({ type: "event", seq: 1, event: asking("e1"), expiresInMs: 120_000 });
  vi.advanceTimersByTime(90_000);
  socket.sendFrame({ type: "event", seq: 1, event: asking("e2"), expiresInMs: 30_000 });
  socket.sendFrame({ type: "event", seq: 2, event: asking("e3") });
  expect(eventsOf("approvalRequested").map(({ expiresAt }) => expiresAt)).toEqual([
    170_000,
    170_000,
    undefined,
  ]);
  vi.useRealTimers();
});

test("[PKG22] an error in the events of hello, or in a listener of its products, keeps no client from connecting", async () => {
  const uncaught = nextUncaught();
  connect({ events: [{ id: "e1", content: { parts: 7 } } as never] });
  expect(connection.state.status).toBe("open");
  expect(await uncaught).toBeInstanceOf(TypeError);
  const own = nextUncaught();
  connection.subscribe(({ kind }) => {
    if (kind === "products") throw new Error("mine");
  });
  const tile = { id: "1", name: "A mug", price: 1, image: "/mug.png" };
  reconnect({ state: { tiles: [tile] } });
  expect(connection.state.status).toBe("open");
  expect(eventsOf("participants")).toHaveLength(2);
  expect(await own).toEqual(new Error("mine"));
});

test("[ROLE11] a client that an operator has removed does not connect again", () => {
  const socket = connect();
  const message = "An operator has removed you from this conversation.";
  socket.sendFrame({ type: "error", seq: 1, code: "REMOVED", action: "give up", message });
  socket.sendFrame({ type: "goAway", seq: 1, code: 1008, message, again: false });
  platform.pass(60_000);
  expect(connection.state).toEqual({ status: "closed", reason: message });
  expect(eventsOf("error")).toMatchObject([{ code: "REMOVED", message }]);
  expect(connection.snapshot).toBeUndefined();
});

describe("connecting and resuming", () => {
  test("[PAGE32] the connection is not open before the server answers hello", () => {
    platform.last.events.open();
    expect(platform.last.json()).toEqual([{ type: "hello" }]);
    connection.sendAudio(new ArrayBuffer(1024));
    expect(connection.state.status).toBe("connecting");
    expect(platform.last.sent).toHaveLength(1);
    platform.pass(10_000);
    expect(connection.state.status).toBe("backoff");
  });

  test("[PAGE32] a frame that overtakes audio does not move the resume point", () => {
    const socket = connect({ seq: 3 });
    socket.sendFrame({ type: "error", seq: 5, code: "MUTED", action: "wait", message: "Muted." });
    socket.sendFrame({ type: "token", seq: 5, expiresInMs: 60_000, role: "speaker" });
    socket.sendFrame({ type: "budget", seq: 5, scope: "day", of: "usd", used: 0.8 });
    socket.sendFrame({ type: "queue", seq: 5, position: 0, waitS: 0, message: "Begins." });
    socket.sendAudio(4);
    socket.sendAudio(5);
    expect(eventsOf("audio").map(({ seq }) => seq)).toEqual([4, 5]);
    expect(eventsOf("error")).toHaveLength(1);
  });

  test("[ADMIT6] a page in the queue shows its position", () => {
    const socket = connect();
    const place = { type: "queue", seq: 0, position: 2, waitS: 60, message: "Number 2." } as const;
    socket.sendFrame(place);
    socket.sendFrame({ ...place, position: 0, message: "Begins." });
    expect(eventsOf("error")).toEqual([{ kind: "error", message: "Number 2." }]);
  });

  test("[LIMIT34] a refused connection waits as long as the server says, an error of an open one delays nothing", () => {
    const busy = {
      type: "error",
      seq: 0,
      code: "OVERLOADED",
      message: "Busy.",
      retryAfterS: 12,
    } as const;
    connect().sendFrame({ ...busy, action: "slow down" });
    disconnect();
    expect(connection.state).toMatchObject({ status: "backoff", retryInMs: 400 });
    platform.pass(400);
    platform.last.events.open();
    platform.last.sendFrame({ ...busy, action: "slow down" });
    platform.last.events.close(1013, "Busy.");
    expect(connection.state).toMatchObject({ status: "backoff", retryInMs: 12_000 });
  });

  test("[PAGE32] it resumes after the last frame received, event or audio", () => {
    const first = connect({ seq: 3 });
    first.sendEvent(4, { turnComplete: true });
    first.sendAudio(5);
    disconnect();
    platform.pass(400);
    platform.last.events.open();
    expect(platform.last.json()).toEqual([{ type: "hello", after: "7.5" }]);
  });

  test("[PAGE32] a reloaded page resumes from its snapshot", () => {
    connect({ seq: 3 }).sendEvent(9, {});
    begin(connection.snapshot);
    platform.last.events.open();
    expect(platform.last.json()).toEqual([{ type: "hello", after: "7.9" }]);
  });

  test("[PAGE32] missed events are replayed, and an event that arrives twice is reported once", () => {
    connect().sendEvent(1, answer("One.", "a"));
    const socket = reconnect({
      epoch: 8,
      seq: 0,
      events: [answer("One.", "a"), answer("Two.", "b")],
    });
    socket.sendEvent(1, answer("Two.", "b"));
    socket.sendEvent(2, answer("Three.", "c"));
    expect(eventsOf("replay")).toMatchObject([
      { complete: true, events: [] },
      { complete: false, events: [{ text: "Two." }] },
    ]);
    expect(eventsOf("transcript").map(({ text }) => text)).toEqual(["One.", "Three."]);
  });

  test("[PAGE32] without a resume the replay is complete", () => {
    connect().sendEvent(1, answer("One.", "a"));
    reconnect({ resumed: false, epoch: 8, events: [answer("One.", "a")] });
    expect(eventsOf("replay").at(-1)).toMatchObject({ complete: true, events: [{ text: "One." }] });
  });

  test("[PAGE32] an unsolicited hello only sets a new resume point", () => {
    const socket = connect();
    connection.sendText("Hello", "text-0001");
    socket.sendHello({ epoch: 8, seq: 2, resumed: true });
    expect(connection.snapshot?.point).toEqual({ epoch: 8, seq: 2 });
    expect(texts(socket)).toEqual(["Hello"]);
    expect(eventsOf("state").map(({ state }) => state.status)).toEqual(["connecting", "open"]);
  });

  test("[PAGE32] skipped audio is reported with its duration", () => {
    connect().sendFrame({ type: "skipped", seq: 0, ms: 2_400 });
    expect(eventsOf("audioSkipped")).toEqual([{ kind: "audioSkipped", ms: 2_400 }]);
  });

  test("[PAGE32] audio that arrives twice is reported once", () => {
    const socket = connect();
    for (const seq of [1, 2, 2, 1, 3]) socket.sendAudio(seq);
    expect(eventsOf("audio").map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test("[PAGE24] goAway closes for good with its message; with `again` the connection reconnects", () => {
    connect().sendFrame({ type: "goAway", seq: 1, code: 1013, message: "Too slow.", again: true });
    expect(connection.state.status).toBe("open");
    reconnect().sendFrame({
      type: "goAway",
      seq: 1,
      code: 1000,
      message: "It was ended.",
      again: false,
    });
    expect(connection.state).toEqual({ status: "closed", reason: "It was ended." });
  });
});

describe("text", () => {
  test("[PAGE23] is queued while disconnected and sent in order; audio and images are dropped", () => {
    connection.sendAudio(new ArrayBuffer(1024));
    connection.sendImage(new Uint8Array(10));
    expect(connection.sendText("one", "text-0001")).toBe("queued");
    const socket = connect();
    expect(connection.sendText("two", "text-0002")).toBe("sent");
    expect(texts(socket)).toEqual(["one", "two"]);
    expect(socket.json("image")).toEqual([]);
    expect(socket.sent.filter((frame) => typeof frame !== "string")).toEqual([]);
  });

  test("[PAGE23] is sent again under its id until its event confirms it", () => {
    const socket = connect();
    connection.sendText("one", "text-0001");
    connection.sendText("two", "text-0002");
    socket.sendEvent(1, { id: "text-0001" });
    expect(reconnect().json("text")).toEqual([{ type: "text", text: "two", id: "text-0002" }]);
    platform.last.sendEvent(2, { id: "text-0002" });
    expect(texts(reconnect())).toEqual([]);
  });

  test("[PAGE23] is not sent again when the replay contains it", () => {
    connect();
    connection.sendText("one", "text-0001");
    const events = [{ id: "text-0001" } as Event];
    expect(texts(reconnect({ epoch: 8, events }))).toEqual([]);
  });

  test("[PAGE23] survives a reload of the page", () => {
    connection.sendText("one", "text-0001");
    begin(connection.snapshot);
    expect(connect().json("text")).toEqual([{ type: "text", text: "one", id: "text-0001" }]);
  });

  test("[PAGE23] that the server rejects is reported and not sent again", () => {
    const error = { seq: 0, code: "BLOCKED", action: "fix", message: "Not here." } as const;
    const socket = connect();
    connection.sendText("one", "text-0001");
    socket.sendFrame({ type: "error", ...error, id: "text-0001" });
    expect(eventsOf("textRejected")).toEqual([{ kind: "textRejected", id: "text-0001" }]);
    expect(eventsOf("error")).toEqual([{ kind: "error", message: "Not here.", code: "BLOCKED" }]);
    expect(texts(reconnect())).toEqual([]);
  });

  test("[PAGE23] is rejected with a result when the outbox is full", () => {
    const results = Array.from({ length: 60 }, (_, i) => connection.sendText(`${i}`, `text-${i}`));
    expect(results.filter((result) => result === "queued")).toHaveLength(50);
    expect(results.at(-1)).toBe("rejected");
    expect(texts(connect())).toHaveLength(50);
    begin();
    expect(connection.sendText("x".repeat(33_000), "text-long")).toBe("rejected");
  });

  test("[PAGE25] is dropped by close, as is the resume point", () => {
    connection.sendText("never mind", "text-0001");
    connection.close();
    expect(connection.snapshot).toBeUndefined();
    connection.open();
    const socket = connect();
    expect(socket.json("hello")).toEqual([{ type: "hello" }]);
    expect(texts(socket)).toEqual([]);
    connection.close();
    expect(socket.json("bye")).toHaveLength(1);
  });
});

describe("frames", () => {
  test("[PAGE34] the first frame is acknowledged at once, later ones every 500 ms", () => {
    const socket = connect();
    socket.sendAudio(1);
    socket.sendAudio(2);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([0]);
    platform.pass(499);
    expect(socket.json("ack")).toHaveLength(1);
    platform.pass(1);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([0, 2]);
    platform.pass(10_000);
    expect(socket.json("ack")).toHaveLength(2);
  });

  test("[PAGE34] 64 KiB are acknowledged at once", () => {
    const socket = connect();
    for (let seq = 1; seq <= 8; seq++) socket.sendAudio(seq, 8 * 1024);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([0, 4, 8]);
  });

  test("[PAGE34] a new socket does not acknowledge frames of an earlier one", () => {
    connect().sendAudio(1);
    const socket = reconnect({ seq: 1 });
    platform.pass(500);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([1]);
  });

  test("[PAGE34] a pending ack is not sent on a socket that is still connecting", () => {
    connect().sendAudio(1);
    disconnect();
    platform.connectivityChanged?.();
    platform.pass(300);
    expect(platform.sockets).toHaveLength(2);
    expect(platform.last.sent).toEqual([]);
  });

  test("[PAGE26] with a full socket buffer new audio is dropped, text is not", () => {
    const socket = connect();
    const audioFrames = () => socket.sent.filter((frame) => typeof frame !== "string").length;
    socket.bufferedAmount = 70_000;
    connection.sendAudio(new ArrayBuffer(1024));
    expect(audioFrames()).toBe(0);
    connection.sendText("still here", "text-0001");
    expect(texts(socket)).toEqual(["still here"]);
    socket.bufferedAmount = 0;
    connection.sendAudio(new ArrayBuffer(1024));
    expect(audioFrames()).toBe(1);
  });

  test("[PAGE27] the end of audio and muting are sent, and a mute is repeated after a reconnect", () => {
    const socket = connect();
    connection.endAudio();
    connection.mute(true);
    expect(socket.json().slice(-2)).toEqual([{ type: "audioEnd" }, { type: "mute", on: true }]);
    expect(reconnect().json("mute")).toEqual([{ type: "mute", on: true }]);
    connection.mute(false);
    expect(reconnect().json("mute")).toEqual([]);
  });

  test("[PAGE28] images, interruptions, decisions and playback reports have the specified frames", () => {
    const socket = connect();
    connection.sendImage(Uint8Array.of(255, 216, 255));
    connection.interrupt();
    connection.approve("c1", true);
    connection.reportPlayed(4, 120);
    expect(socket.json().filter(({ type }) => type !== "hello" && type !== "ack")).toEqual([
      { type: "image", data: "/9j/", mimeType: "image/jpeg" },
      { type: "interrupt" },
      { type: "approve", id: "c1", approved: true },
      { type: "played", seq: 4, ms: 120 },
    ]);
  });

  test("[PAGE29] malformed and unknown frames are ignored", () => {
    const socket = connect();
    events.length = 0;
    for (const frame of ["null", "[]", "7", "{", "", '{"type":"weather"}'])
      socket.events.frame(frame);
    socket.events.frame(new ArrayBuffer(3));
    expect(events).toEqual([]);
    expect(connection.state.status).toBe("open");
  });
});
