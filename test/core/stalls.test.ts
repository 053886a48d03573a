import { describe, expect, it } from "vitest";
import {
  interruptsNothing,
  isSteadyTone,
  lookAtAudio,
  noTone,
  reactionToEnd,
  withoutEnd,
} from "../../src/core/policy/stalls.ts";
import { initialTurn, reduceTurn, type TurnSignal } from "../../src/core/turn-state.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { createRandom } from "../support/scripted.ts";

const context = { inputTranscript: "final", longRunning: [], idle: "turnComplete" } as const;
const message = (each: ServerMessage): TurnSignal => ({
  type: "serverMessage",
  message: each,
  context,
  discarded: false,
});
const content = (serverContent: ServerMessage["serverContent"] & object): ServerMessage => ({
  serverContent,
});
const typed: TurnSignal = { type: "clientInput", request: { type: "text", text: "Hi" } };
const spoken: readonly TurnSignal[] = [
  { type: "speech", on: true },
  { type: "speech", on: false },
  message(content({ inputTranscription: { text: "Hi" } })),
];
const generationComplete = message(content({ generationComplete: true }));
const output = message(content({ modelTurn: { parts: [] } }));
const end = content({ turnComplete: true });
const empty: TurnSignal = { type: "endedEmpty" };

const after = (...signals: readonly TurnSignal[]) =>
  signals.reduce((turn, signal, at) => reduceTurn(turn, signal, at + 1), initialTurn(0));

describe("[FAULT9] an empty turn is asked for its answer once, then reported, then left alone", () => {
  it("after text and after speech", () => {
    expect(reactionToEnd(after(typed), end)).toBe("ask");
    expect(reactionToEnd(after(typed, generationComplete), end)).toBe("ask");
    expect(reactionToEnd(after(...spoken), end)).toBe("ask");
    expect(reactionToEnd(after(typed, empty), end)).toBe("tell");
    expect(reactionToEnd(after(typed, empty, empty), end)).toBeUndefined();
  });

  it("the turn stays open for the answer", () => {
    expect(after(typed, generationComplete, empty)).toMatchObject({
      open: true,
      number: 1,
      phase: "idle",
      awaitingSince: 3,
    });
  });

  it("counts anew once the model has spoken or someone types, not at each utterance", () => {
    expect(reactionToEnd(after(typed, empty, output, message(end), ...spoken), end)).toBe("ask");
    expect(reactionToEnd(after(typed, empty, empty, message(end), typed), end)).toBe("ask");
    expect(
      reactionToEnd(after(...spoken, empty, empty, message(end), ...spoken), end),
    ).toBeUndefined();
  });

  it("an end that has a cause is not empty", () => {
    const caused: Record<string, [readonly TurnSignal[], ServerMessage]> = {
      "no input": [[], end],
      "an answer": [[typed, output, generationComplete], end],
      "an answer in the same message": [[typed], content({ turnComplete: true, modelTurn: {} })],
      "a call": [[typed, message({ toolCall: { functionCalls: [{ id: "c", name: "f" }] } })], end],
      "an interruption": [[typed, message(content({ interrupted: true }))], end],
      "an interruption in the same message": [
        [typed],
        content({ interrupted: true, turnComplete: true }),
      ],
      "an interruption by a client": [[typed, { type: "interrupted" }], end],
      "a stated reason": [
        [typed],
        content({ turnComplete: true, turnCompleteReason: "RESPONSE_REJECTED" }),
      ],
      "an interaction in progress": [
        [typed],
        { serverContent: { turnComplete: true, interactionStatus: "IN_PROGRESS" } },
      ],
      "the model waits for more": [
        [typed],
        { serverContent: { turnComplete: true, waitingForInput: true } } as object,
      ],
      "the user speaks": [[typed, { type: "speech", on: true }], end],
      "a blocked answer": [
        [
          typed,
          {
            type: "serverMessage",
            message: {},
            context,
            discarded: true,
          },
        ],
        end,
      ],
    };
    for (const [name, [signals, last]] of Object.entries(caused))
      expect(reactionToEnd(after(...signals), last), name).toBeUndefined();
  });
});

describe("[FAULT15] an interruption before the answer cuts off nothing", () => {
  const interrupted = content({ interrupted: true });

  it("after text, after speech and after the mark of an activity", () => {
    expect(interruptsNothing(after(typed), interrupted)).toBe(true);
    expect(interruptsNothing(after(...spoken), interrupted)).toBe(true);
    const marked: TurnSignal = { type: "clientInput", request: { type: "activityStart" } };
    expect(interruptsNothing(after(output, message(end), marked), interrupted)).toBe(true);
  });

  it("every other one does", () => {
    expect(interruptsNothing(after(), interrupted)).toBe(false);
    expect(interruptsNothing(after(typed, output), interrupted)).toBe(false);
    expect(interruptsNothing(after(typed, output, generationComplete), interrupted)).toBe(false);
    expect(interruptsNothing(after(typed, { type: "interrupted" }), interrupted)).toBe(false);
    expect(interruptsNothing(after(typed), end)).toBe(false);
  });

  it("the rest of the message is kept", () => {
    expect(withoutEnd(interrupted)).toBeUndefined();
    expect(withoutEnd({ ...end, usageMetadata: {} })).toEqual({ usageMetadata: {} });
    const heard = { inputTranscription: { text: "Hi" } };
    expect(withoutEnd(content({ interrupted: true, ...heard }))).toEqual(content(heard));
  });
});

/** A second of audio as PCM16 at 24 kHz. @param value of a sample, −1 to 1. */
const pcm = (value: (at: number) => number): Uint8Array => {
  const samples = Int16Array.from({ length: 6_000 }, (_, at) => Math.round(value(at) * 32_767));
  return new Uint8Array(samples.buffer);
};
const sine = (hertz: number, level = 0.2) =>
  pcm((at) => level * Math.sin((2 * Math.PI * hertz * at) / 24_000));
const looks = (chunks: readonly Uint8Array[]) => isSteadyTone(chunks.reduce(lookAtAudio, noTone));
const times = (count: number, chunk: (nth: number) => Uint8Array) =>
  Array.from({ length: count }, (_, nth) => chunk(nth));

describe("[FAULT13] five looks at the same tone are a steady tone", () => {
  it("a sine, a hum with overtones and a buzz; not before the fifth look", () => {
    expect(looks(times(5, () => sine(440)))).toBe(true);
    expect(looks(times(4, () => sine(440)))).toBe(false);
    const hum = pcm(
      (at) => 0.1 * Math.sin(at / 60) + 0.05 * Math.sin(at / 30) + 0.02 * Math.sin(at / 15),
    );
    expect(looks(times(5, () => hum))).toBe(true);
    expect(looks(times(5, () => pcm((at) => (at % 100 < 50 ? 0.3 : -0.3))))).toBe(true);
    expect(looks([sine(220), ...times(5, () => sine(440))])).toBe(true);
  });
});

describe("[FAULT14] music, silence and speech are no steady tone", () => {
  it("silence, and a very soft hum", () => {
    expect(looks(times(20, () => pcm(() => 0)))).toBe(false);
    expect(looks(times(20, () => sine(50, 0.005)))).toBe(false);
    expect(looks(times(20, () => pcm(() => 0.1)))).toBe(false);
    expect(looks([])).toBe(false);
    expect(looks(times(20, () => new Uint8Array()))).toBe(false);
  });

  it("a melody, a swell, a pause between two notes", () => {
    const scale = [262, 294, 330, 349, 392, 440, 494, 523];
    expect(looks(times(20, (nth) => sine(scale[nth % 8] ?? 0)))).toBe(false);
    expect(looks(times(20, (nth) => sine(440, 0.05 + 0.02 * (nth % 7))))).toBe(false);
    expect(looks(times(20, (nth) => (nth % 4 === 3 ? pcm(() => 0) : sine(440))))).toBe(false);
  });

  it("random bursts like those of speech", () => {
    const random = createRandom(7);
    const speech = times(200, () => {
      const [hertz, level] = [90 + 300 * random(), 0.02 + 0.3 * random()];
      return sine(hertz, level);
    });
    expect(looks(speech)).toBe(false);
  });
});
