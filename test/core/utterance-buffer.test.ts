import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRequest, type UpstreamMessage } from "../../src/core/upstream/encoding.ts";
import { emptyQueue } from "../../src/core/upstream/pending-queue.ts";
import {
  append,
  appendMark,
  dropUnderstood,
  emptyUtterance,
  markOnset,
  utteranceOf,
  type UtteranceBuffer,
} from "../../src/core/upstream/utterance-buffer.ts";

const capabilities = { text: "realtimeInput" } as const;
const start = encodeRequest({ type: "activityStart" }, capabilities);
const end = encodeRequest({ type: "activityEnd" }, capabilities);
const audio: UpstreamMessage = {
  payload: { realtimeInput: { audio: { data: "", mimeType: "audio/pcm;rate=16000" } } },
  kind: "audio",
  bytes: 100,
};
const limit = 400;
const steps = {
  start: (utterance: UtteranceBuffer) => appendMark(utterance, start),
  end: (utterance: UtteranceBuffer) => appendMark(utterance, end),
  audio: (utterance: UtteranceBuffer) => append(utterance, audio, limit),
  speech: markOnset,
  understood: (utterance: UtteranceBuffer) => dropUnderstood(utterance, false),
  understoodAmidSpeech: (utterance: UtteranceBuffer) => dropUnderstood(utterance, true),
};
type Step = keyof typeof steps;

const play = (...names: readonly Step[]): UtteranceBuffer =>
  names.reduce((utterance, name) => steps[name](utterance), emptyUtterance);

describe("[LINK26] the mark of an activity is kept as long as the activity is open", () => {
  it("before its audio, after it was understood, and where the oldest audio makes room", () => {
    expect(play("start").messages).toEqual([start]);
    expect(play("start", "audio", "understood").messages).toEqual([start]);
    expect(play("start", "audio", "speech", "audio", "understoodAmidSpeech").messages).toEqual([
      start,
      audio,
    ]);
    const long = play("start", ...Array<Step>(9).fill("audio"));
    expect(long.messages).toEqual([start, audio, audio, audio, audio]);
  });

  it("with its end, until it was understood", () => {
    expect(play("start", "audio", "end").messages).toEqual([start, audio, end]);
    expect(play("start", "audio", "end", "understood").messages).toEqual([]);
    expect(play("start", "end").messages).toEqual([]);
  });

  it("for any order of marks, audio and transcripts, within the bounds", () => {
    const names = Object.keys(steps).filter((name) => name !== "start" && name !== "end");
    const any = fc.array(fc.constantFrom(...(names as Step[])), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), any, (activities, last) => {
        const before = activities.flatMap((inner): Step[] => ["start", ...inner, "end"]);
        const { messages, bytes } = play(...before, "start", ...last);
        expect(messages.findLast(({ kind }) => kind === "signal")).toBe(start);
        expect(bytes).toBeLessThanOrEqual(limit);
        expect(bytes).toBe(messages.filter((message) => message === audio).length * 100);
      }),
    );
  });

  it("from the queue of a session that was not open yet", () => {
    const messages = [start, audio, end, start, audio];
    expect(utteranceOf({ ...emptyQueue, messages }, limit).messages).toEqual(messages);
  });
});
