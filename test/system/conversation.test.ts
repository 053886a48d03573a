import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Event } from "../../src/wire/adk.ts";
import { openRecognizer, type TestRecognizer } from "../support/recognizer.ts";
import { startParley, type Parley } from "../support/parley.ts";
import {
  audioOf,
  finishedTranscripts,
  audioSamples,
  connectAdkClient,
} from "../support/adk-client.ts";
import { clips, clipSamples } from "../support/wavs.ts";
import { letterErrorRate, totalWordErrorRate, words } from "../support/wer.ts";

let parley: Parley;
let listener: TestRecognizer;

beforeAll(async () => {
  [parley, listener] = await Promise.all([startParley(), openRecognizer()]);
});

afterAll(async () => {
  await Promise.all([parley.stop(), listener.close()]);
});

/** An event's kind in one word, for the order of a turn. */
function kind(event: Event): string {
  if (event.content) return "audio";
  if (event.voiceActivity) return event.voiceActivity.voiceActivityType;
  if (event.inputTranscription) return event.partial ? "input delta" : "input";
  if (event.outputTranscription) return event.partial ? "output delta" : "output";
  if (event.usageMetadata) return "usage";
  if (event.turnComplete) return "turn complete";
  return event.interrupted ? "interrupted" : (event.errorCode ?? "other");
}

describe("[SPOKEN1] a spoken question is recognized, answered and transcribed, in ADK's order", () => {
  it("What is my name?", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/one`);
    await ann.speak(clipSamples("espeak-which-name.wav")).spoken;
    await ann.turn();
    const kinds = ann.messages.map(kind);
    const answer = kinds.slice(3, -3);
    expect(kinds.slice(0, 1)).toEqual(["ACTIVITY_START"]);
    expect(kinds.slice(1, 3).toSorted()).toEqual(["ACTIVITY_END", "input"]);
    expect([...new Set(answer)].toSorted()).toEqual(["audio", "output delta"]);
    expect(kinds.slice(-3)).toEqual(["output", "usage", "turn complete"]);
    expect(words(finishedTranscripts(ann.messages, "inputTranscription").join(" "))).toEqual(
      words("what is my name"),
    );
    const [audio] = ann.messages.filter((event) => event.content);
    expect(audio?.content?.parts?.[0]?.inlineData?.mimeType).toBe("audio/pcm;rate=24000");
    const [transcript] = finishedTranscripts(ann.messages, "outputTranscription");
    const deltas = ann.messages.filter((event) => event.partial && event.outputTranscription);
    expect(
      deltas
        .map((event) => event.outputTranscription?.text)
        .join("")
        .trim(),
    ).toBe(transcript);
    expect(transcript).toContain("your name");
    expect(ann.messages.find((event) => event.usageMetadata)?.usageMetadata).toMatchObject({
      promptTokenCount: expect.any(Number),
      candidatesTokenCount: expect.any(Number),
    });
    const recognised = await listener.transcribe(audioSamples(ann.messages), 24_000);
    expect(letterErrorRate(transcript ?? "", recognised), recognised).toBeLessThanOrEqual(0.25);
    await ann.close();
  });

  it("human speech is recognized too, not only synthesized speech", async () => {
    const human = clips.filter((clip) => clip.speaker === "human").slice(0, 4);
    const pairs: [string, string][] = [];
    for (const [index, clip] of human.entries()) {
      const ann = await connectAdkClient(`${parley.url}/ws/ann/human-${index}`);
      ann.speak(clipSamples(clip.file));
      const words = await ann.next((event) => event.inputTranscription?.finished === true);
      pairs.push([clip.says, words.inputTranscription?.text ?? ""]);
      await ann.close();
    }
    expect(totalWordErrorRate(pairs), JSON.stringify(pairs)).toBeLessThanOrEqual(0.25);
  });
});

describe("[SPOKEN2] two sockets in one conversation receive byte-identical audio", () => {
  it("and the same events", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/both`);
    const bob = await connectAdkClient(`${parley.url}/ws/ann/both`);
    await ann.sendText("Count to three.");
    await Promise.all([ann.turn(), bob.turn()]);
    expect(audioSamples(ann.messages).length).toBeGreaterThan(24_000);
    expect(Buffer.from(audioSamples(ann.messages).buffer)).toEqual(
      Buffer.from(audioSamples(bob.messages).buffer),
    );
    expect(ann.all.map(({ raw }) => raw.toString())).toEqual(
      bob.all.map(({ raw }) => raw.toString()),
    );
    await Promise.all([ann.close(), bob.close()]);
  });
});

describe("[SPOKEN3] a voice interrupts an agent", () => {
  it("no audio of the old turn follows, and the new utterance is answered", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/story`);
    await ann.sendText("Tell me a long story.");
    await ann.next((event) => audioOf(event) !== undefined);
    const { spoken } = ann.speak(clipSamples("espeak-sum.wav"));
    await ann.next((event) => event.interrupted === true);
    await spoken;
    await ann.turn();
    const last = await ann.turn();
    const events = ann.messages.slice(0, ann.messages.indexOf(last) + 1);
    const cut = events.findIndex((event) => event.interrupted);
    const answered = events.findIndex(
      (event, at) => at > cut && event.inputTranscription?.finished,
    );
    expect(events.slice(cut, answered).filter((event) => event.content)).toEqual([]);
    const [story, answer] = finishedTranscripts(events, "outputTranscription");
    expect(story?.length).toBeGreaterThan(10);
    expect(answer).toMatch(/four|4/);
    await ann.close();
  });
});
