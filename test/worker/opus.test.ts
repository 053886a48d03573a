/** Opus between the relay and parley.v1 clients. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Libopus } from "../../src/protocols/parley-v1/libopus.ts";
import { loadedOpus } from "../../src/protocols/parley-v1/load-opus.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { scriptedPorts, tone } from "../support/scripted.ts";
import type { FakeUpstream } from "./model.ts";
import { loudAudio, nativeConversation, turnCompleteMessage } from "./native-conversation.ts";
import { newConversation } from "./client.ts";
import { connectNative, pathOf, type NativeClient, type NativeMessage } from "./native.ts";
import { setClock } from "./upstreams.ts";
import { eventually } from "../support/eventually.ts";

const both = ["up", "down"] as const;
const generated: ServerMessage = { serverContent: { generationComplete: true } };
const interrupted: ServerMessage = { serverContent: { interrupted: true } };

/** The model's speech, 24 kHz. */
const speech = (ms: number, hertz = 220): ServerMessage => {
  const data = new Uint8Array(tone(ms, 24_000, hertz).buffer).toBase64();
  return {
    serverContent: {
      modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }] },
    },
  };
};

/** @throws Error before a client has asked for Opus. */
function codec(): Libopus {
  const libopus = loadedOpus();
  if (!libopus) throw new Error("no client has asked for Opus yet");
  return libopus;
}

/** The packets of a client's frames, decoded. */
function heard({ received }: NativeClient): Int16Array {
  const decoder = codec().createDecoder(24_000);
  const packets = received.flatMap((message) => (message.type === "opus" ? message.packets : []));
  const samples = packets.flatMap((packet) => {
    const pcm = decoder.decode(packet);
    if (!pcm) throw new Error("an invalid packet");
    return [...new Int16Array(pcm.buffer)];
  });
  return Int16Array.from(samples);
}

const msOf = (samples: Int16Array): number => samples.length / 24;
const loudness = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
/** Upward zero crossings per second. */
const pitch = (samples: Int16Array, rate: number): number =>
  (samples.filter((value, i) => value >= 0 && (samples[i - 1] ?? 0) < 0).length * rate) /
  samples.length;
const shapes = ({ received }: NativeClient): string[] =>
  received.map((message) => (message.type === "event" ? eventShape(message) : message.type));
const eventShape = ({ event }: Extract<NativeMessage, { type: "event" }>): string =>
  event.interrupted ? "interrupted" : event.turnComplete ? "complete" : "event";
const complete = (client: NativeClient) =>
  client.event(({ turnComplete }) => turnComplete === true);

/** The audio that the model got, 16 kHz. */
const microphoneOf = ({ received }: FakeUpstream): Int16Array =>
  Int16Array.from(
    received.flatMap((message) => {
      const { realtimeInput } = message as { realtimeInput?: { audio?: { data: string } } };
      const data = realtimeInput?.audio?.data;
      return data ? [...new Int16Array(Uint8Array.fromBase64(data).buffer)] : [];
    }),
  );

describe("[OPUS8] the codec is loaded when the first client asks for it", () => {
  it("and not before; the frames behind hello are processed after it", async () => {
    const { ann, joinNative, model } = await nativeConversation();
    await model.send(speech(100));
    await ann.next("sound");
    expect(loadedOpus()).toBeUndefined();
    const bob = await joinNative();
    bob.send({ type: "hello", opus: both });
    bob.send({ type: "text", text: "Good morning." });
    await model.until(({ received }) => JSON.stringify(received).includes("Good morning."));
    expect(shapes(bob)).not.toContain("error");
    expect(bob.of("hello")).toMatchObject([{ opus: both }]);
    expect(loadedOpus()).toBeDefined();
  });
});

describe("[OPUS1] hello negotiates Opus for each way, and a client that offers none gets PCM", () => {
  it("the answer names the ways that the client offered", async () => {
    const { ann, hello, joinNative } = await nativeConversation();
    expect(hello.opus).toBeUndefined();
    const bob = await joinNative();
    expect((await bob.hello({ opus: both })).opus).toEqual(both);
    const eve = await joinNative();
    expect((await eve.hello({ opus: ["down"] })).opus).toEqual(["down"]);
    expect((await eve.hello({ after: eve.after })).opus).toBeUndefined();
    ann.send('{"type":"hello","opus":["sideways"]}');
    expect(await ann.next("error")).toMatchObject({ code: "BAD_FRAME" });
  });
});

describe("[OPUS2] microphone packets reach the model as PCM of 16 kHz", () => {
  it("whole and in pitch; a client that offers only the way down sends PCM", async () => {
    const { ann, model } = await nativeConversation();
    await ann.hello({ opus: ["up"] });
    const encoder = codec().createEncoder({ rate: 16_000, bitrate: 32_000, complexity: 4 });
    const pcm = new Uint8Array(tone(800, 16_000, 300).buffer);
    for (let at = 0; at < pcm.byteLength; at += 1_280)
      ann.send(encoder.encode(pcm.subarray(at, at + 1_280)).slice().buffer);
    await model.until((model) => microphoneOf(model).length >= 12_800);
    const samples = microphoneOf(model).subarray(3_200);
    expect(pitch(samples, 16_000)).toBeCloseTo(300, -1.5);
    await ann.hello({ opus: ["down"] });
    ann.send(loudAudio());
    await model.until(({ received }) =>
      JSON.stringify(received.at(-1)).includes(new Uint8Array(loudAudio()).toBase64()),
    );
  });
});

describe("[OPUS3] an invalid packet is an error for its sender alone", () => {
  it("and the packets after it are heard", async () => {
    const { ann, joinNative, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello({ opus: both });
    for (const frame of [new ArrayBuffer(0), Uint8Array.of(255, 255, 255, 255).buffer]) {
      bob.send(frame);
      expect(await bob.next("error")).toMatchObject({
        code: "BAD_FRAME",
        message: expect.stringMatching(/no packet of Opus/),
      });
    }
    const encoder = codec().createEncoder({ rate: 16_000, bitrate: 32_000, complexity: 4 });
    const packet = encoder.encode(new Uint8Array(tone(40).buffer)).slice().buffer;
    bob.send(packet);
    await model.until((model) => microphoneOf(model).length === 640);
    expect(ann.closed).toBeUndefined();
    expect(shapes(ann)).not.toContain("error");
  });
});

describe("[OPUS4] the agent's audio is whole, under the same numbers, with the rest of an answer at its end", () => {
  it("chunks that end within a packet, and within a sample; a client with PCM gets the same", async () => {
    const { ann, joinNative, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello({ opus: both });
    const bytes = new Uint8Array(tone(1_010, 24_000, 300).buffer);
    const chunks = [
      bytes.subarray(0, 11_115),
      bytes.subarray(11_115, 11_200),
      bytes.subarray(11_200),
    ];
    const messages = chunks.map((chunk) => ({
      serverContent: {
        modelTurn: {
          parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data: chunk.toBase64() } }],
        },
      },
    }));
    await model.send(...messages, generated, turnCompleteMessage);
    await complete(ann);
    await complete(bob);
    expect(ann.of("sound").map(({ pcm }) => pcm.byteLength)).toEqual([11_115, 85, 37_280]);
    expect(bob.of("sound")).toEqual([]);
    const samples = heard(bob);
    expect(msOf(samples)).toBe(1_020);
    expect(pitch(samples.subarray(2_400, 24_000), 24_000)).toBeCloseTo(300, -1.5);
    expect(loudness(samples.subarray(23_800, 24_200))).toBeGreaterThan(2_000);
    const numbers = ann.of("sound").map(({ seq }) => seq);
    const encoded = bob.of("opus").map(({ seq }) => seq);
    expect(encoded.slice(0, -1)).toEqual(numbers.filter((seq) => encoded.includes(seq)));
    expect(shapes(bob).slice(-2)).toEqual(["opus", "complete"]);
    const wire = bob.frames.filter((frame) => typeof frame !== "string");
    const bits = wire.reduce((sum, { byteLength }) => sum + byteLength * 8, 0);
    expect(bits / 1.02).toBeLessThan(40_000);
  });

  it("an event with audio, too, when the turn completes without generationComplete", async () => {
    const { ann, model } = await nativeConversation();
    await ann.hello({ opus: both });
    const words = { outputTranscription: { text: "Good day." } };
    await model.send({ serverContent: { ...speech(250).serverContent, ...words } });
    await model.send(turnCompleteMessage);
    await complete(ann);
    expect(msOf(heard(ann))).toBe(260);
    expect(shapes(ann).slice(-2)).toEqual(["opus", "complete"]);
  });
});

describe("[OPUS5] an interruption discards the audio that waits for a whole packet", () => {
  it("the next answer begins anew", async () => {
    const { ann, model } = await nativeConversation();
    await ann.hello({ opus: both });
    await model.send(speech(50), interrupted, turnCompleteMessage);
    await complete(ann);
    expect(msOf(heard(ann))).toBe(40);
    await model.send(speech(30), generated, turnCompleteMessage);
    await complete(ann);
    expect(msOf(heard(ann))).toBe(80);
    expect(shapes(ann).filter((shape) => shape !== "event" && shape !== "presence")).toEqual([
      "hello",
      "hello",
      "opus",
      "interrupted",
      "complete",
      "opus",
      "opus",
      "complete",
    ]);
  });
});

describe("[OPUS6] a client that resumes gets the frames of Opus that it missed, and PCM where there are none", () => {
  it("in the middle of an answer, once and in order", async () => {
    const { ann, joinNative, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello({ opus: both });
    await model.send(speech(100));
    await bob.next("opus");
    const { after } = bob;
    bob.close();
    await ann.next("presence", ({ change }) => change === "left");
    await model.send(speech(150), speech(50), generated);
    await eventually(() => expect(ann.of("sound")).toHaveLength(3));
    const again = await joinNative();
    expect(await again.hello({ after, opus: both })).toMatchObject({ resumed: true, opus: both });
    await model.send(speech(100), turnCompleteMessage);
    await complete(again);
    expect(again.of("sound")).toEqual([]);
    expect(msOf(heard(again))).toBe(140 + 60 + 20 + 100 + 20);
    const numbers = again.of("opus").map(({ seq }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(again.of("skipped")).toEqual([]);
  });

  it("what was sent before any client took Opus comes as PCM", async () => {
    const { ann, model } = await nativeConversation();
    const { after } = ann;
    await model.send(speech(100));
    await ann.next("sound");
    await ann.hello({ after, opus: both });
    expect((await ann.next("sound")).pcm.byteLength).toBe(4_800);
    await model.send(speech(100));
    expect((await ann.next("opus")).packets).toHaveLength(5);
  });

  it("an interrupted answer is not replayed", async () => {
    const { ann, joinNative, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello({ opus: both });
    const { after } = bob;
    await model.send(speech(100), interrupted, turnCompleteMessage);
    await complete(ann);
    const again = await joinNative();
    await again.hello({ after, opus: both });
    await complete(again);
    expect([...again.of("opus"), ...again.of("sound"), ...again.of("skipped")]).toEqual([]);
  });
});

describe("[OPUS7] Opus goes on after hibernation", () => {
  it("both ways, from the attachment", async () => {
    const { object, models } = newConversation();
    // An object whose timer measures its lateness does not hibernate.
    setClock(object, scriptedPorts().clock);
    const { client: ann } = await connectNative(pathOf(object));
    await ann.hello({ opus: both });
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.close(1007, "API key not valid. Please pass a valid API key.");
    await ann.event(({ errorCode }) => errorCode === "UPSTREAM_UNAUTHENTICATED");
    // An object that waits for acknowledgements does not hibernate.
    ann.ack();
    await evictDurableObject(env.CONVERSATION.getByName(object));
    ann.send({ type: "ack", seq: 0 });
    expect(await ann.next("hello")).toMatchObject({ resumed: true, opus: both });
    ann.send(Uint8Array.of(255, 255, 255, 255).buffer);
    expect(await ann.next("error")).toMatchObject({ message: expect.stringMatching(/Opus/) });
  });
});
