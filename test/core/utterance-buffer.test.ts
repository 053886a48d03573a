import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAudio, encodeRequest } from "../../src/core/upstream/encoding.ts";
import { PendingQueue } from "../../src/core/upstream/pending-queue.ts";
import {
  withAudio,
  withMark,
  type UtteranceBuffer,
} from "../../src/core/upstream/utterance-buffer.ts";
import { play as playEvents, setupComplete, states } from "./upstream-script.ts";

const capabilities = { text: "realtimeInput" } as const;
const start = encodeRequest({ type: "activityStart" }, capabilities);
const end = encodeRequest({ type: "activityEnd" }, capabilities);
const pcm = new Uint8Array(100);
const audio = encodeAudio({ pcm, rate: 16_000 });
const limit = 400;

type Utterance = UtteranceBuffer | undefined;
const steps = {
  start: (utterance: Utterance) => withMark(utterance, start, limit),
  end: (utterance: Utterance) => withMark(utterance, end, limit),
  audio: (utterance: Utterance) => withAudio(utterance, pcm, 16_000, limit),
  speech: (utterance: Utterance) => {
    utterance?.markOnset();
    return utterance;
  },
  understood: (utterance: Utterance) => utterance?.understood(false),
  understoodAmidSpeech: (utterance: Utterance) => utterance?.understood(true),
};
type Step = keyof typeof steps;

function play(...names: readonly Step[]) {
  let utterance: Utterance;
  for (const name of names) utterance = steps[name](utterance);
  return { messages: utterance?.messages ?? [], bytes: utterance?.bytes ?? 0 };
}

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

  it("and of many activities those of the newest, with the audio between them", () => {
    const activity: Step[] = ["start", "audio", "end"];
    const { messages } = play(
      "audio",
      ...Array.from({ length: 90 }, () => ["start", "end"] as const).flat(),
      ...activity,
      "start",
    );
    expect(messages.filter(({ kind }) => kind === "signal").length).toBeLessThanOrEqual(100);
    expect(messages.slice(-4)).toEqual([start, audio, end, start]);
  });

  it("for any order of marks, audio and transcripts, within the bounds", () => {
    const names = Object.keys(steps).filter((name) => name !== "start" && name !== "end");
    const any = fc.array(fc.constantFrom(...(names as Step[])), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), any, (activities, last) => {
        const before = activities.flatMap((inner): Step[] => ["start", ...inner, "end"]);
        const { messages, bytes } = play(...before, "start", ...last);
        expect(messages.findLast(({ kind }) => kind === "signal")).toEqual(start);
        expect(bytes).toBeLessThanOrEqual(limit);
        expect(bytes).toBe(messages.filter(({ kind }) => kind === "audio").length * 100);
      }),
    );
  });

  it("from the queue of a session that was not open yet", () => {
    const messages = [start, audio, end, start, audio];
    const { upstream } = playEvents({ ...states.connecting, pending: new PendingQueue(messages) }, [
      1,
      setupComplete,
    ]);
    expect(upstream).toMatchObject({ utterance: { messages } });
  });
});
