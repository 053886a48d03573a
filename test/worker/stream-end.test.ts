/** Audio that stops right with the last word: the emulator, like the service, answers it only after silence. */
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { scriptedPorts, tone } from "../support/scripted.ts";
import { connect, connectedConversation, newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { emulatedLive, model, setupComplete, transcribed, turnComplete } from "./live-client.ts";
import { connectNative, pathOf, type NativeClient } from "./native.ts";
import { loudAudio, nativeConversation } from "./native-conversation.ts";
import { session } from "./run.ts";
import { setAgent } from "./upstreams.ts";

interface Sender {
  send(frame: ArrayBuffer): void;
}

async function speakWord(sender: Sender, pass: (ms: number) => Promise<void>): Promise<void> {
  for (let at = 0; at < 800; at += 100) {
    sender.send(tone(100).buffer as ArrayBuffer);
    await pass(100);
  }
}

/** A native client and an observer of its conversation, which stays. */
async function nativeSpeaker(role = "") {
  const conversation = newConversation();
  const { ports, pass } = emulated(conversation.object, { clocked: true });
  ports.recognizer.transcripts.push("stop");
  const eve = await conversation.join("&role=operator");
  const speaker = (await connectNative(pathOf(conversation.object) + role)).client;
  const { you } = await speaker.hello();
  const answered = async (): Promise<string | undefined> => {
    const final = eve.next(({ outputTranscription }) => outputTranscription?.finished === true);
    return (await until(final, pass)).outputTranscription?.text;
  };
  return { ...conversation, eve, speaker, you, pass, answered };
}

type Speaker = Awaited<ReturnType<typeof nativeSpeaker>>;

describe("[GATE5] speech whose stream ends with the last word is answered", () => {
  const ends: Record<string, (conversation: Speaker) => unknown> = {
    audioEnd: ({ speaker }) => speaker.send({ type: "audioEnd" }),
    "a mute": ({ speaker }) => speaker.send({ type: "mute", on: true }),
    "a mute by an operator": async ({ object, you }) => {
      const boss: NativeClient = (await connectNative(`${pathOf(object)}&role=operator`)).client;
      await boss.hello();
      boss.send({ type: "mute", on: true, who: you });
    },
    "a leave": ({ speaker }) => speaker.close(),
    "a lowered role": async ({ speaker }) => {
      await speaker.hello({ role: "listener" });
      speaker.send(tone(100).buffer as ArrayBuffer);
    },
  };
  for (const [name, end] of Object.entries(ends))
    it(`parley.v1: ${name}`, async () => {
      const conversation = await nativeSpeaker();
      await speakWord(conversation.speaker, conversation.pass);
      await end(conversation);
      expect(await conversation.answered()).toBe("You said: stop.");
    });

  it("parley.v1: a reload of the only client", async () => {
    const { object } = newConversation();
    const { ports, pass } = emulated(object, { clocked: true });
    ports.recognizer.transcripts.push("stop");
    const before = (await connectNative(pathOf(object))).client;
    await before.hello();
    await speakWord(before, pass);
    before.close();
    const after = (await connectNative(pathOf(object))).client;
    await after.hello();
    const final = after.event(({ outputTranscription }) => outputTranscription?.finished === true);
    expect((await until(final, pass)).event.outputTranscription?.text).toBe("You said: stop.");
  });

  it("bidi-demo: audio_stream_end", async () => {
    const conversation = newConversation();
    const { ports, pass } = emulated(conversation.object, { clocked: true });
    ports.recognizer.transcripts.push("stop");
    const ann = await conversation.join();
    await speakWord(ann, pass);
    ann.send({ type: "audio_stream_end" });
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    expect(JSON.stringify(ann.events)).toContain("You said: stop.");
  });

  it("ADK's run_live: audio_stream_end, at 24 kHz", async () => {
    const { ports, pass, live } = await session({ clocked: true });
    ports.recognizer.transcripts.push("stop");
    const ann = await connect(live);
    const data = new Uint8Array(tone(800, 24_000).buffer as ArrayBuffer).toBase64();
    ann.send({ blob: { mime_type: "audio/pcm;rate=24000", data } });
    await pass(800);
    ann.send({ audio_stream_end: true });
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    expect(JSON.stringify(ann.events)).toContain("You said: stop.");
  });

  it("the Live API: audioStreamEnd, in a frame of its own and beside the audio", async () => {
    const { ports, pass, connect: join } = emulatedLive("assistant", { clocked: true });
    ports.recognizer.transcripts.push("stop", "go");
    const lia = await join();
    lia.send({ setup: { model, ...transcribed } });
    await until(lia.next(setupComplete), pass);
    const data = new Uint8Array(tone(800).buffer as ArrayBuffer).toBase64();
    const audio = { data, mimeType: "audio/pcm;rate=16000" };
    lia.send({ realtimeInput: { audio } });
    await pass(800);
    lia.send({ realtimeInput: { audioStreamEnd: true } });
    await until(lia.next(turnComplete), pass);
    lia.send({ realtime_input: { audio, audio_stream_end: true } });
    await until(lia.next(turnComplete), pass);
    expect(lia.outputTranscript).toBe("You said: stop.You said: go.");
  });
});

describe("[GATE5] the silence precedes the end of the stream, once and where it is needed", () => {
  const kinds = (received: readonly ClientMessage[]): string[] =>
    received.flatMap((message) =>
      "realtimeInput" in message ? Object.keys(message.realtimeInput) : [],
    );

  it("3 s in all, less the silence that the client sent", async () => {
    const { ann, model: upstream } = await nativeConversation();
    for (let at = 0; at < 3; at++) ann.send(loudAudio());
    for (let at = 0; at < 5; at++) ann.send(loudAudio(0));
    ann.send({ type: "audioEnd" });
    ann.send({ type: "mute", on: true });
    ann.send({ type: "text", id: "11111111", text: "Hi." });
    await upstream.until(({ received }) => JSON.stringify(received.at(-1)).includes("Hi."));
    const sent = kinds(upstream.received);
    expect(sent.filter((kind) => kind === "audio")).toHaveLength(3 + 30);
    expect(sent.indexOf("audioStreamEnd")).toBe(33);
  });

  it("none after a click, and none without speech", async () => {
    const { ann, model: upstream } = await connectedConversation();
    ann.send(new Int16Array(320).fill(8000).buffer);
    ann.send({ type: "audio_stream_end" });
    ann.send({ type: "audio_stream_end" });
    ann.send({ type: "text", text: "Hi." });
    await upstream.until(({ received }) => JSON.stringify(received.at(-1)).includes("Hi."));
    expect(kinds(upstream.received)).toEqual(["audio", "audioStreamEnd", "audioStreamEnd"]);
  });

  it("none in push-to-talk: the activity ends", async () => {
    const conversation = newConversation();
    const manual = { activityDetection: { disabled: true } };
    setAgent(
      conversation.object,
      agent({ name: "assistant", model: "gemini-3.8-live", runConfig: manual }),
    );
    const [ann, bob] = [await conversation.join(), await conversation.join()];
    const upstream = await conversation.models.connection(0);
    await upstream.until(({ received }) => received.length > 0);
    await upstream.send({ setupComplete: {} });
    ann.send({ type: "activity_start" });
    ann.send(loudAudio());
    await upstream.until(({ received }) => kinds(received).length === 2);
    ann.close();
    bob.send({ type: "text", text: "Hi." });
    await upstream.until(({ received }) => JSON.stringify(received.at(-1)).includes("Hi."));
    expect(kinds(upstream.received)).toEqual(["activityStart", "audio", "activityEnd"]);
  });
});

describe("[LIMIT42] a client that ends its stream again and again adds little silence to it", () => {
  /** Of all audio that the model got, in s. */
  const secondsSent = (received: readonly unknown[]): number =>
    ((JSON.stringify(received)
      .match(/"data":"([^"]*)"/g)
      ?.join("").length ?? 0) *
      0.75) /
    32_000;
  const ends = (received: readonly unknown[]): number =>
    JSON.stringify(received).split('"audioStreamEnd":true').length - 1;
  const word = loudAudio();

  it.each([
    ["audioEnd", [{ type: "audioEnd" }]],
    [
      "a mute",
      [
        { type: "mute", on: true },
        { type: "mute", on: false },
      ],
    ],
  ] as const)("%s: the model hears half a minute at once, and all ends", async (_, frames) => {
    const { ann, model } = await nativeConversation("", scriptedPorts().clock);
    for (let each = 0; each < 30; each++) {
      ann.send(word);
      for (const frame of frames) ann.send(frame);
    }
    await model.until(({ received }) => ends(received) === 30);
    expect(secondsSent(model.received)).toBeGreaterThan(25);
    expect(secondsSent(model.received)).toBeLessThan(40);
    ann.send({ type: "text", text: "Still there?" });
    await model.until(({ received }) => JSON.stringify(received.at(-1)).includes("Still there?"));
  });
});
