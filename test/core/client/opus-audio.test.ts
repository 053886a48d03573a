/** Opus on the page's connection, with codecs that answer when the test says so. */
import { beforeEach, expect, test } from "vitest";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";
import type { OpusCodecs } from "../../../packages/client/src/connection/opus-codecs.ts";
import { ParleyConnection } from "../../../packages/client/src/connection/parley-connection.ts";
import { encodeOpusFrame } from "../../../src/wire/parley-v1.ts";
import { FakePlatform, type FakeSocket } from "./fake-platform.ts";

/** Decoded audio and encoded packets are the bytes that came in. */
class FakeCodecs implements OpusCodecs {
  readonly #pending: (() => void)[] = [];
  #flushed: (() => void)[] = [];
  fail: () => void = () => undefined;

  createEncoder(emit: (packet: ArrayBuffer) => void) {
    return {
      encode: (pcm: ArrayBuffer) => void this.#pending.push(() => emit(pcm)),
      flush: () => new Promise<void>((resolve) => this.#flushed.push(resolve)),
      close: () => undefined,
    };
  }

  createDecoder(emit: (pcm: Uint8Array) => void, failed: () => void) {
    this.fail = failed;
    return {
      decode: (packet: Uint8Array) => void this.#pending.push(() => emit(packet)),
      close: () => undefined,
    };
  }

  async finish(): Promise<void> {
    for (const each of this.#pending.splice(0)) each();
    for (const resolve of this.#flushed.splice(0)) resolve();
    await Promise.resolve();
  }
}

let platform: FakePlatform;
let codecs: FakeCodecs;
let connection: ParleyConnection;
let events: ConnectionEvent[];

const connect = (hello: object = { opus: ["up", "down"] }) => {
  platform.last.events.open();
  platform.last.sendHello(hello);
  return platform.last;
};
const sendOpus = (seq: number, ...packets: number[]): void =>
  platform.last.events.frame(
    new Uint8Array(
      encodeOpusFrame(
        seq,
        packets.map((byte) => Uint8Array.of(byte)),
      ),
    ).buffer,
  );
const heard = () =>
  events.flatMap((event) =>
    event.kind === "audio"
      ? [`${event.seq}:${event.pcm[0]}`]
      : event.kind === "interrupted" || event.kind === "turnComplete"
        ? [event.kind]
        : [],
  );

/** What the client sent, but for `hello` and acknowledgements. */
const audioOf = ({ sent }: FakeSocket) =>
  sent
    .map((frame) =>
      typeof frame === "string" ? (JSON.parse(frame) as { type: string }).type : "packet",
    )
    .filter((type) => type !== "hello" && type !== "ack");

beforeEach(() => {
  codecs = new FakeCodecs();
  platform = Object.assign(new FakePlatform(), { opus: () => codecs });
  connection = new ParleyConnection("ws://parley.test/ws/ann/one", platform);
  events = [];
  connection.subscribe((event) => events.push(event));
  connection.open();
});

test("[OPUS11] events keep their order while the audio before them is decoded", async () => {
  const socket = connect();
  expect(socket.json("hello")).toEqual([{ type: "hello", opus: ["up", "down"] }]);
  sendOpus(1, 10, 11);
  socket.sendEvent(2, { interrupted: true });
  sendOpus(3, 12);
  socket.sendEvent(4, { turnComplete: true });
  expect(heard()).toEqual([]);
  await codecs.finish();
  expect(heard()).toEqual(["1:10", "1:11", "interrupted", "3:12", "turnComplete"]);
  socket.sendAudio(5);
  expect(heard().at(-1)).toBe("5:0");
});

test("[OPUS11] the end of the audio, and a mute, follow the packets before them", async () => {
  const socket = connect();
  connection.sendAudio(new ArrayBuffer(1_280));
  connection.endAudio();
  connection.mute(true);
  expect(audioOf(socket)).toEqual([]);
  await codecs.finish();
  expect(audioOf(socket)).toEqual(["packet", "audioEnd", "mute"]);
});

test("[AUDIO12] a frame is sent when its packet is in the socket, and not when the encoder has it", async () => {
  connect();
  const sent: number[] = [];
  connection.sendAudio(new ArrayBuffer(640));
  connection.sendAudio(new ArrayBuffer(640), (at) => sent.push(at));
  platform.pass(7);
  expect(sent).toEqual([]);
  await codecs.finish();
  expect(sent).toEqual([platform.now()]);
});

test("[OPUS11] a server that does not take Opus gets PCM at once", () => {
  const socket = connect({});
  connection.sendAudio(new ArrayBuffer(1_280));
  expect(audioOf(socket)).toEqual(["packet"]);
});

test.each(["an error", "silence of two seconds"])(
  "[OPUS12] a codec's failure (%s) leads to PCM, and holds no event back",
  (failure) => {
    const socket = connect();
    sendOpus(1, 10);
    socket.sendEvent(2, { turnComplete: true });
    if (failure === "an error") codecs.fail();
    else platform.pass(2_000);
    expect(heard()).toEqual(["turnComplete"]);
    expect(socket.json("hello").at(-1)).toEqual({ type: "hello", after: "7.2" });
    socket.sendHello({ seq: 2, resumed: true });
    socket.sendAudio(3);
    expect(heard()).toEqual(["turnComplete", "3:0"]);
  },
);
