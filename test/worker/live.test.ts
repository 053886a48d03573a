import { describe, expect, it } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { until } from "./emulated.ts";
import { connectNative, pathOf } from "./native.ts";
import {
  connectedLive,
  model,
  scriptedLive,
  setupComplete,
  emulatedLive,
  transcribed,
  turnComplete,
} from "./live-client.ts";

const audio = (samples: Int16Array) => ({
  realtimeInput: {
    audio: {
      data: new Uint8Array(samples.buffer).toBase64(),
      mimeType: "audio/pcm;rate=16000",
    },
  },
});

describe("[LIVE1] a Live API client has a whole conversation", () => {
  it("setup and text, answered with audio and transcript, usage, turn complete; in Google's frames", async () => {
    const { connect, ports, pass } = emulatedLive();
    ports.brain.replies.push([{ say: "It is noon." }]);
    const lia = await connect("?key=anything");
    lia.send({ setup: { model, ...transcribed } });
    await until(lia.next(setupComplete), pass);
    expect(lia.frames[0]).toBe('{\n  "setupComplete": {}\n}\n');
    lia.send({
      clientContent: { turns: [{ role: "user", parts: [{ text: "Time?" }] }], turnComplete: true },
    });
    await until(lia.next(turnComplete), pass);
    expect(lia.outputTranscript).toBe("It is noon.");
    expect(JSON.stringify(lia.messages)).toContain("audio/pcm;rate=24000");
    expect(lia.messages.some(({ usageMetadata }) => usageMetadata?.totalTokenCount > 0)).toBe(true);
    expect(
      lia.messages.some(({ serverContent }) => serverContent?.generationComplete === true),
    ).toBe(true);
    expect(lia.messages.flatMap(Object.keys)).not.toContain("sessionResumptionUpdate");
  });

  it("speech: activity, the transcript, the answer", async () => {
    const { connect, ports, pass } = emulatedLive();
    ports.recognizer.transcripts.push("what time is it");
    ports.brain.replies.push([{ say: "Noon." }]);
    const lia = await connect();
    lia.send({ setup: { model, ...transcribed } });
    await until(lia.next(setupComplete), pass);
    for (let at = 0; at < 10; at++) lia.send(audio(tone(100)));
    for (let at = 0; at < 20; at++) lia.send(audio(silence(100)));
    await until(lia.next(turnComplete), pass);
    const transcriptAt = lia.messages.findIndex(
      ({ serverContent }) => serverContent?.inputTranscription?.text === "what time is it",
    );
    expect(transcriptAt).toBeGreaterThan(0);
    expect(transcriptAt).toBeLessThan(
      lia.messages.findIndex(({ serverContent }) => serverContent?.modelTurn !== undefined),
    );
    expect(lia.messages[1]).toMatchObject({ voiceActivity: { type: "ACTIVITY_START" } });
  });

  it("interruption by text: interrupted, turn complete, and the next answer", async () => {
    const { connect, ports, pass } = emulatedLive();
    ports.brain.replies.push([{ say: "A very long story about a boat and the sea. And more." }]);
    ports.brain.replies.push([{ say: "Stopped." }]);
    const lia = await connect();
    lia.send({ setup: { model, ...transcribed } });
    await until(lia.next(setupComplete), pass);
    lia.send({ realtimeInput: { text: "A story" } });
    await until(
      lia.next(({ serverContent }) => serverContent?.modelTurn !== undefined),
      pass,
    );
    lia.send({ realtimeInput: { text: "Stop" } });
    await until(
      lia.next(({ serverContent }) => serverContent?.interrupted === true),
      pass,
    );
    await until(lia.next(turnComplete), pass);
    await until(lia.next(turnComplete), pass);
    expect(lia.outputTranscript).toContain("Stopped.");
  });
});

describe("[LIVE2] the model's messages arrive unchanged, unknown fields included", () => {
  it("unknown fields arrive; upstream handles, goAway and unrequested transcripts do not", async () => {
    const { client, upstream } = await connectedLive("assistant", { outputAudioTranscription: {} });
    const strange = {
      serverContent: {
        modelTurn: { parts: [{ text: "hm", thought: true }] },
        outputTranscription: { text: "Hi.", languageCode: "en" },
        inputTranscription: { text: "Hello" },
        speechState: "SPEECH",
      },
      interactionStatus: "IN_PROGRESS",
    };
    await upstream.send({ sessionResumptionUpdate: { newHandle: "secret", resumable: true } });
    await upstream.send(JSON.stringify(strange), { goAway: { timeLeft: "50s" } });
    await upstream.send({ serverContent: { turnComplete: true } });
    await client.next(turnComplete);
    const { inputTranscription: _, ...content } = strange.serverContent;
    expect(client.messages.slice(1)).toEqual([
      { serverContent: content, interactionStatus: "IN_PROGRESS" },
      { serverContent: { turnComplete: true } },
    ]);
  });
});

describe("[LIVE3] Live API clients and clients of other protocols share one conversation", () => {
  it("each receives the other's turn, and there is one log", async () => {
    const { object, client, upstream } = await connectedLive();
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    client.send({ realtimeInput: { text: "Hello there" } });
    const typed = await nat.event(({ author, content }) => author === "user" && !!content);
    expect(typed.event.content?.parts).toEqual([{ text: "Hello there" }]);
    await upstream.until(({ received }) => received.length > 1);
    nat.send({ type: "text", text: "Me too" });
    expect(
      await client.next(({ serverContent }) => serverContent?.inputTranscription !== undefined),
    ).toEqual({ serverContent: { inputTranscription: { text: "Me too" } } });
    await upstream.send({ serverContent: { outputTranscription: { text: "Hello both." } } });
    await upstream.send({ serverContent: { turnComplete: true } });
    await Promise.all([
      client.next(turnComplete),
      nat.event((event) => event.turnComplete === true),
    ]);
    expect(client.outputTranscript).toBe("Hello both.");
  });
});

describe("[LIVE4] input for which the service would close a connection closes the client's alone", () => {
  it.each([
    ["not JSON", "{", 1007, "the frame is not JSON"],
    [
      "nested deeper than anything",
      `{"setup":{"model":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`,
      1007,
      "the frame is nested deeper than 100 levels",
    ],
    ["two messages in one", { setup: {}, toolResponse: {} }, 1007, "invalid argument"],
    ["an unknown message", { dance: {} }, 1007, 'Unknown name "dance"'],
    ["anything before setup", { realtimeInput: { text: "hi" } }, 1007, "setup"],
    ["no model", { setup: {} }, 1007, "model"],
    [
      "a model that is not served",
      { setup: { model: "models/gpt" } },
      1008,
      "models/gpt is not found",
    ],
  ])("%s", async (_, frame, code, expected) => {
    const { connect } = scriptedLive();
    const lia = await connect();
    lia.send(frame);
    expect(await lia.untilClosed()).toMatchObject({
      code,
      reason: expect.stringContaining(expected),
    });
  });

  it("a second setup and invalid audio; others stay connected", async () => {
    const { connect, client, object } = await connectedLive();
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    const bob = await connect();
    bob.send({ setup: { model, generationConfig: { temperature: 1 } } });
    await bob.next(setupComplete);
    bob.send({ setup: { model } });
    expect((await bob.untilClosed()).code).toBe(1007);
    client.send({ realtimeInput: { audio: { data: "AA==", mimeType: "audio/pcm" } } });
    expect((await client.untilClosed()).code).toBe(1007);
    await nat.hello();
    expect(nat.closed).toBeUndefined();
  });
});
