import { beforeEach, describe, expect, test } from "vitest";
import type {
  ConnectionEvent,
  ConnectionSnapshot,
} from "../../../src/client/connection/connection.ts";
import { ParleyConnection } from "../../../src/client/connection/parley-connection.ts";
import type { Event } from "../../../src/wire/adk.ts";
import { FakeNetwork, type FakeSocket } from "./fake-platform.ts";

let network: FakeNetwork;
let connection: ParleyConnection;
let heard: ConnectionEvent[];

function begin(place?: ConnectionSnapshot): void {
  network = new FakeNetwork();
  connection = new ParleyConnection("ws://parley.test/ws/ann/one", network, place);
  heard = [];
  connection.subscribe((what) => heard.push(what));
  connection.open();
}

beforeEach(() => begin());

const connect = (words: Parameters<FakeSocket["greet"]>[0] = {}): FakeSocket => {
  network.last.events.open();
  network.last.greet(words);
  return network.last;
};
const lose = (): void => network.last.events.close(1006, "");
const reconnect = (words = {}): FakeSocket => {
  lose();
  network.pass(10_000);
  return connect({ resumed: true, ...words });
};
const of = <K extends ConnectionEvent["kind"]>(kind: K) =>
  heard.filter((each): each is Extract<ConnectionEvent, { kind: K }> => each.kind === kind);
const said = (text: string, id: string) =>
  ({ id, author: "guide", outputTranscription: { text, finished: true } }) as Event;
const texts = (socket: FakeSocket) => socket.json("text").map(({ text }) => text);

describe("coming, and coming back", () => {
  test("[PAGE32] nothing is open before the server has answered hello", () => {
    network.last.events.open();
    expect(network.last.json()).toEqual([{ type: "hello" }]);
    connection.sendAudio(new ArrayBuffer(1024));
    expect(connection.state.at).toBe("connecting");
    expect(network.last.sent).toHaveLength(1);
    network.pass(10_000);
    expect(connection.state.at).toBe("waiting");
  });

  test("[PAGE32] it comes back with the place of what it heard last, words or sound", () => {
    const first = connect({ seq: 3 });
    first.event(4, { turnComplete: true });
    first.sound(5);
    lose();
    network.pass(400);
    network.last.events.open();
    expect(network.last.json()).toEqual([{ type: "hello", after: "7.5" }]);
  });

  test("[PAGE32] a page that was reloaded comes back with the place that was kept", () => {
    connect({ seq: 3 }).event(9, {});
    begin(connection.snapshot);
    network.last.events.open();
    expect(network.last.json()).toEqual([{ type: "hello", after: "7.9" }]);
  });

  test("[PAGE32] what was said meanwhile is heard; an event that comes twice is heard once", () => {
    connect().event(1, said("One.", "a"));
    const socket = reconnect({ epoch: 8, seq: 0, events: [said("One.", "a"), said("Two.", "b")] });
    socket.event(1, said("Two.", "b"));
    socket.event(2, said("Three.", "c"));
    expect(of("recalled")).toMatchObject([
      { whole: true, heard: [] },
      { whole: false, heard: [{ text: "Two." }] },
    ]);
    expect(of("transcript").map(({ text }) => text)).toEqual(["One.", "Three."]);
  });

  test("[PAGE32] where its place is not known, all is told again, in place of what was", () => {
    connect().event(1, said("One.", "a"));
    reconnect({ resumed: false, epoch: 8, events: [said("One.", "a")] });
    expect(of("recalled").at(-1)).toMatchObject({ whole: true, heard: [{ text: "One." }] });
  });

  test("[PAGE32] hello unasked, after the server slept, is a new place and no more", () => {
    const socket = connect();
    connection.sendText("Hello", "text-0001");
    socket.greet({ epoch: 8, seq: 2, resumed: true });
    expect(connection.snapshot?.point).toEqual({ epoch: 8, seq: 2 });
    expect(texts(socket)).toEqual(["Hello"]);
    expect(of("state").map(({ state }) => state.at)).toEqual(["connecting", "open"]);
  });

  test("[PAGE32] sound that was missed is told as so long a gap", () => {
    connect().say({ type: "skipped", seq: 0, ms: 2_400 });
    expect(of("skipped")).toEqual([{ kind: "skipped", ms: 2_400 }]);
  });

  test("[PAGE32] sound that comes twice is heard once", () => {
    const socket = connect();
    for (const seq of [1, 2, 2, 1, 3]) socket.sound(seq);
    expect(of("audio").map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test("[PAGE24] goAway for good is told in its words; with `again` it comes back", () => {
    connect().say({ type: "goAway", seq: 1, code: 1013, message: "Too slow.", again: true });
    expect(connection.state.at).toBe("open");
    reconnect().say({ type: "goAway", seq: 1, code: 1000, message: "It was ended.", again: false });
    expect(connection.state).toEqual({ at: "closed", why: "It was ended." });
  });
});

describe("text", () => {
  test("[PAGE23] is held while away and sent in order; sound and pictures are not", () => {
    connection.sendAudio(new ArrayBuffer(1024));
    connection.sendImage(new Uint8Array(10));
    expect(connection.sendText("one", "text-0001")).toBe("held");
    const socket = connect();
    expect(connection.sendText("two", "text-0002")).toBe("sent");
    expect(texts(socket)).toEqual(["one", "two"]);
    expect(socket.json("image")).toEqual([]);
    expect(socket.sent.filter((frame) => typeof frame !== "string")).toEqual([]);
  });

  test("[PAGE23] is sent again, under its id, until its event says that it was taken", () => {
    const socket = connect();
    connection.sendText("one", "text-0001");
    connection.sendText("two", "text-0002");
    socket.event(1, { id: "text-0001" });
    expect(reconnect().json("text")).toEqual([{ type: "text", text: "two", id: "text-0002" }]);
    network.last.event(2, { id: "text-0002" });
    expect(texts(reconnect())).toEqual([]);
  });

  test("[PAGE23] is not sent again when the log has it", () => {
    connect();
    connection.sendText("one", "text-0001");
    const events = [{ id: "text-0001" } as Event];
    expect(texts(reconnect({ epoch: 8, events }))).toEqual([]);
  });

  test("[PAGE23] outlives the page that held it", () => {
    connection.sendText("one", "text-0001");
    begin(connection.snapshot);
    expect(connect().json("text")).toEqual([{ type: "text", text: "one", id: "text-0001" }]);
  });

  test("[PAGE23] that is not taken is told, and not sent again", () => {
    const error = { seq: 0, code: "BLOCKED", action: "fix", message: "Not here." } as const;
    const socket = connect();
    connection.sendText("one", "text-0001");
    socket.say({ type: "error", ...error, id: "text-0001" });
    expect(of("notTaken")).toEqual([{ kind: "notTaken", id: "text-0001" }]);
    expect(of("error")).toEqual([{ kind: "error", message: "Not here." }]);
    expect(texts(reconnect())).toEqual([]);
  });

  test("[PAGE23] is refused, never dropped in silence, when too much waits", () => {
    const fates = Array.from({ length: 60 }, (_, i) => connection.sendText(`${i}`, `text-${i}`));
    expect(fates.filter((fate) => fate === "held")).toHaveLength(50);
    expect(fates.at(-1)).toBe("refused");
    expect(texts(connect())).toHaveLength(50);
    begin();
    expect(connection.sendText("x".repeat(33_000), "text-long")).toBe("refused");
  });

  test("[PAGE25] is forgotten by hanging up, and so is the place", () => {
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

describe("on the line", () => {
  test("[PAGE34] what came is acknowledged at once, then every 250 ms", () => {
    const socket = connect();
    socket.sound(1);
    socket.sound(2);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([0]);
    network.pass(249);
    expect(socket.json("ack")).toHaveLength(1);
    network.pass(1);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([0, 2]);
    network.pass(10_000);
    expect(socket.json("ack")).toHaveLength(2);
  });

  test("[PAGE34] and after 64 KiB, whatever the time", () => {
    const socket = connect();
    for (let seq = 1; seq <= 8; seq++) socket.sound(seq, 8 * 1024);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([0, 4, 8]);
  });

  test("[PAGE34] nothing is acknowledged on a line that did not bring it", () => {
    connect().sound(1);
    const socket = reconnect({ seq: 1 });
    network.pass(250);
    expect(socket.json("ack").map(({ seq }) => seq)).toEqual([1]);
  });

  test("[PAGE34] what was owed to a lost line is not said on one that is not open yet", () => {
    connect().sound(1);
    lose();
    network.stirred?.();
    network.pass(300);
    expect(network.sockets).toHaveLength(2);
    expect(network.last.sent).toEqual([]);
  });

  test("[PAGE26] on a line too slow for speech the newest sound is dropped, text is not", () => {
    const socket = connect();
    const sounds = () => socket.sent.filter((frame) => typeof frame !== "string").length;
    socket.bufferedAmount = 70_000;
    connection.sendAudio(new ArrayBuffer(1024));
    expect(sounds()).toBe(0);
    connection.sendText("still here", "text-0001");
    expect(texts(socket)).toEqual(["still here"]);
    socket.bufferedAmount = 0;
    connection.sendAudio(new ArrayBuffer(1024));
    expect(sounds()).toBe(1);
  });

  test("[PAGE27] silence and muting are told, and a mute outlives the line", () => {
    const socket = connect();
    connection.endAudio();
    connection.mute(true);
    expect(socket.json().slice(-2)).toEqual([{ type: "audioEnd" }, { type: "mute", on: true }]);
    expect(reconnect().json("mute")).toEqual([{ type: "mute", on: true }]);
    connection.mute(false);
    expect(reconnect().json("mute")).toEqual([]);
  });

  test("[PAGE28] a picture, an interruption, a decision and what was played go up as specified", () => {
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

  test("[PAGE29] what is no frame, or none that is known, is no one's business", () => {
    const socket = connect();
    heard.length = 0;
    for (const frame of ["null", "[]", "7", "{", "", '{"type":"weather"}'])
      socket.events.frame(frame);
    socket.events.frame(new ArrayBuffer(3));
    expect(heard).toEqual([]);
    expect(connection.state.at).toBe("open");
  });
});
