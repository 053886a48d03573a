import { describe, expect, it } from "vitest";
import {
  deduplicate,
  isTypedTextEcho,
  noTranscripts,
} from "../../src/core/upstream/deduplication.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

const audio = { modelTurn: { parts: [{ inlineData: { data: "AAAA", mimeType: "audio/pcm" } }] } };
const said = (text: string): ServerMessage => ({
  serverContent: { outputTranscription: { text } },
});
const heard = (text: string): ServerMessage => ({
  serverContent: { inputTranscription: { text } },
});
const sound: ServerMessage = { serverContent: audio };
const bundled = (text: string): ServerMessage => ({
  serverContent: { ...audio, outputTranscription: { text } },
});
const generationComplete: ServerMessage = { serverContent: { generationComplete: true } };
const turnComplete: ServerMessage = { serverContent: { turnComplete: true } };
const speechStarts: ServerMessage = { voiceActivity: { type: "ACTIVITY_START" } };
const speechEnds: ServerMessage = { voiceActivity: { type: "ACTIVITY_END" } };

/** The transcripts that are delivered of a model's messages, each turn's in one array. */
function delivered(
  messages: readonly ServerMessage[],
  inputTranscript: "final" | "deltas" = "final",
): string[] {
  let position = noTranscripts;
  const all: ServerMessage[] = [];
  for (const message of messages) {
    const [next, now] = deduplicate(position, message, inputTranscript);
    position = next;
    all.push(...now);
  }
  expect(position.holds).toBe(false);
  return all.flatMap(({ serverContent: content }) => {
    const { inputTranscription: input, outputTranscription: output } = content ?? {};
    return input?.text ?? output?.text ?? [];
  });
}

const twice = (messages: readonly ServerMessage[]): ServerMessage[] =>
  messages.flatMap((message) => {
    const { outputTranscription, inputTranscription } = message.serverContent ?? {};
    if (outputTranscription) return [message, { serverContent: { outputTranscription } }];
    return inputTranscription ? [message, { serverContent: { inputTranscription } }] : [message];
  });

describe("[FAULT8] a transcript that repeats itself is kept, a duplicate is dropped", () => {
  const spoken: Record<string, readonly string[]> = {
    "a number": ["Your number is", " 5", " 5", " 5", " 0"],
    "a pair in the middle": ["Say", " no", " no", " thanks"],
    "a pair at the beginning": ["No", "No", " thanks"],
    "three at the beginning": [" 5", " 5", " 5", " 0"],
    "nothing but three": ["ha", "ha", "ha"],
    "pairs at the end": ["It", " is", " 5", " 5", " 0", " 0"],
  };
  for (const [name, deltas] of Object.entries(spoken)) {
    it(`deltas once: ${name}`, () => {
      expect(delivered([...deltas.map(said), generationComplete])).toEqual(deltas);
      expect(delivered([...deltas.map(heard), generationComplete], "deltas")).toEqual(deltas);
    });

    it(`deltas with their audio: ${name}`, () => {
      expect(delivered([...deltas.map(bundled), turnComplete])).toEqual(deltas);
      const interleaved = deltas.flatMap((text) => [sound, said(text)]);
      expect(delivered([...interleaved, turnComplete])).toEqual(deltas);
    });

    it(`each delta doubled: ${name}`, () => {
      // Three doubled are six: their number shows pairs.
      expect(delivered([...twice(deltas.map(said)), generationComplete])).toEqual(deltas);
      expect(delivered([...twice(deltas.map(bundled)), generationComplete])).toEqual(deltas);
      const interleaved = deltas.flatMap((text) => [sound, said(text)]);
      expect(delivered([...twice(interleaved), generationComplete])).toEqual(deltas);
      expect(delivered([...twice(deltas.map(heard)), turnComplete], "deltas")).toEqual(deltas);
    });
  }

  it("the order of messages that waited is the order of their arrival", () => {
    const messages = [said("No"), said("No"), said(" thanks"), sound];
    let position = noTranscripts;
    const steps = messages.map((message) => {
      const [next, now] = deduplicate(position, message, "final");
      position = next;
      return now;
    });
    expect(steps).toEqual([[messages[0]], [], [], messages.slice(1)]);
  });

  it("two pairs at the beginning count as duplicates; a delta that comes once ends that", () => {
    const deltas = ["ha", "ha", "ho", "ho", "hm", "hm", " 5", " 0", " 0"];
    expect(delivered([...deltas.map(said), turnComplete])).toEqual([
      "ha",
      "ho",
      "hm",
      " 5",
      " 0",
      " 0",
    ]);
  });

  it("a turn is judged by itself", () => {
    const doubled = [...twice([said("One"), said(" two")]), turnComplete];
    expect(delivered([...doubled, said("No"), said(" 5"), said(" 5"), turnComplete])).toEqual([
      "One",
      " two",
      "No",
      " 5",
      " 5",
    ]);
  });

  it("whole transcripts: the same without speech or output between is one, a minute later too", () => {
    expect(delivered([heard("yes"), heard("yes")])).toEqual(["yes"]);
    expect(delivered([heard("yes"), speechEnds, { usageMetadata: {} }, heard("yes")])).toEqual([
      "yes",
    ]);
    expect(delivered([heard("yes"), speechStarts, heard("yes")])).toEqual(["yes", "yes"]);
    expect(delivered([heard("yes"), heard("no")])).toEqual(["yes", "no"]);
  });

  it("[FAULT10] nor does an answer or a new session between them make it another", () => {
    const setupComplete: ServerMessage = { setupComplete: {} };
    expect(delivered([heard("yes"), sound, turnComplete, heard("yes")])).toEqual(["yes"]);
    expect(delivered([heard("yes"), setupComplete, sound, turnComplete, heard("yes")])).toEqual([
      "yes",
    ]);
    expect(delivered([heard("yes"), sound, turnComplete, speechStarts, heard("yes")])).toEqual([
      "yes",
      "yes",
    ]);
  });

  it("an echo of typed text is a whole transcript of the user", () => {
    expect(isTypedTextEcho("yes", heard("yes"))).toBe(true);
    expect(isTypedTextEcho("yes", said("yes"))).toBe(false);
    expect(isTypedTextEcho(undefined, heard("yes"))).toBe(false);
  });
});
