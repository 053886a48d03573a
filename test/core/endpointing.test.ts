import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Endpointer, endSilenceMs } from "../../src/core/policy/endpointing.ts";
import { audioMs, rmsLoudness, SilenceGate } from "../../src/wire/silence-gate.ts";
import { glide, join, noise, pause, question, statement } from "../support/intonation.ts";
import { clipSamples, clips } from "../support/wavs.ts";

interface Mark {
  readonly type: "start" | "end";
  /** When the piece with it was complete, in ms of audio. */
  readonly at: number;
}

/** Plays audio in pieces, as the engine does. */
function play(samples: Int16Array<ArrayBuffer>, { frameMs = 20, speechMs = 160 } = {}) {
  const endpointer = new Endpointer(speechMs);
  const size = frameMs * 16;
  const gate = new SilenceGate();
  const marks: Mark[] = [];
  const pieces: Uint8Array[] = [];
  /** Numbers of the pieces that the model got, in order. */
  const passed: number[] = [];
  for (let at = 0; (at + 1) * size <= samples.length; at++) {
    const pcm = new Uint8Array(samples.slice(at * size, (at + 1) * size).buffer);
    pieces.push(pcm);
    const ms = audioMs(pcm, 16_000);
    gate.hear(rmsLoudness(pcm), ms, true);
    const verdict = endpointer.hear({ type: "audio", pcm, rate: 16_000 }, ms, gate.isLoud);
    if (verdict === "start") {
      marks.push({ type: "start", at: (at + 1) * frameMs });
      const frames = endpointer.preRoll.take();
      expect(frames.map((each) => each.pcm)).toEqual(pieces.slice(-frames.length));
      passed.push(...frames.map((_, index) => at + 1 - frames.length + index));
    } else if (verdict !== "hold") passed.push(at);
    if (verdict === "end") marks.push({ type: "end", at: (at + 1) * frameMs });
  }
  return { marks, passed, endpointer };
}

const types = (marks: readonly Mark[]): string => marks.map(({ type }) => type).join(" ");

describe("[GATE7] the relay marks an activity with its pre-roll, and not a click or noise", () => {
  it("after 160 ms of speech, with half a second from before it", () => {
    const { marks, passed } = play(join(pause(2_000), glide(400, 200, 200)));
    expect(marks).toEqual([{ type: "start", at: 2_160 }]);
    expect(passed[0]).toBeLessThanOrEqual(75);
    expect(passed[0]).toBeGreaterThanOrEqual(55);
    expect(passed).toEqual(Array.from(passed, (_, at) => (passed[0] ?? 0) + at));
  });

  it.each([500, 900, 1_500])("whole, if it begins in a piece of %i ms", (frameMs) => {
    const quiet = pause(3_000 - (3_000 % frameMs));
    const { marks, passed } = play(join(quiet, glide(frameMs * 2, 200, 200)), { frameMs });
    const onset = quiet.length / 16 / frameMs;
    expect(marks[0]).toEqual({ type: "start", at: (onset + 1) * frameMs });
    expect(passed).toContain(onset);
    expect(passed).toContain(onset - 1);
  });

  it("after as much speech as the agent says", () => {
    const speech = join(pause(200), glide(400, 200, 200));
    expect(play(speech, { speechMs: 300 }).marks[0]?.at).toBe(500);
    expect(play(speech, { speechMs: 0 }).marks[0]?.at).toBeLessThanOrEqual(260);
  });

  it("not at clicks, however many", () => {
    const clicks = Array.from({ length: 40 }, () => join(glide(60, 300, 300), pause(200)));
    expect(play(join(...clicks)).marks).toEqual([]);
  });

  it("not at noise, whatever its loudness, and noise does not hold an activity open", () => {
    for (const amplitude of [500, 3_000, 20_000])
      expect(play(noise(5_000, amplitude)).marks).toEqual([]);
    const { marks } = play(join(statement(900), noise(3_000, 20_000)));
    expect(types(marks)).toBe("start end");
  });

  it("passes audio once and in order, for any audio and any frame", () => {
    const part = fc.oneof(
      fc.integer({ min: 20, max: 1_500 }).map((ms) => pause(ms)),
      fc.integer({ min: 20, max: 1_500 }).map((ms) => glide(ms, 180, 220)),
      fc.integer({ min: 20, max: 1_500 }).map((ms) => noise(ms)),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.constantFrom(20, 40, 100),
        (parts, frameMs) => {
          const { marks, passed } = play(join(...parts), { frameMs });
          expect(passed).toEqual([...new Set(passed)].toSorted((a, b) => a - b));
          expect(types(marks)).toMatch(/^(start end ?)*(start)?$/);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("[GATE8] the silence that ends an activity is short after a phrase that falls, long after one that does not", () => {
  const endAfter = (speech: Int16Array<ArrayBuffer>, frameMs = 20): number => {
    const { marks } = play(join(speech, pause(2_500)), { frameMs });
    expect(types(marks)).toBe("start end");
    return (marks[1]?.at ?? 0) - speech.length / 16;
  };

  it("600 ms after a statement, 1.2 s after a question, for low and high voices and all frames", () => {
    for (const hertz of [110, 160, 220])
      for (const frameMs of [20, 40, 100]) {
        expect(endAfter(statement(1_200, hertz), frameMs)).toBeLessThanOrEqual(600 + frameMs);
        expect(endAfter(question(1_200, hertz), frameMs)).toBeGreaterThanOrEqual(1_200 - frameMs);
      }
  });

  it("1.2 s after a level phrase, and after one too short to have a pitch of its own", () => {
    expect(endAfter(glide(1_000, 200, 200))).toBeGreaterThanOrEqual(1_180);
    expect(endAfter(glide(180, 200, 120))).toBeGreaterThanOrEqual(1_180);
  });

  it("measured by the phrase alone: one of a lower voice after another is no fall", () => {
    const [high, low] = [question(1_000, 300), glide(800, 180, 180)];
    const { marks } = play(join(high, pause(1_500), low, pause(1_500)));
    expect(types(marks)).toBe("start end start end");
    expect((marks[3]?.at ?? 0) - 3_300).toBeGreaterThanOrEqual(1_180);
  });

  it("600 ms after a short statement of a voice that was heard before, 1.2 s after the first", () => {
    const { marks } = play(
      join(
        statement(460),
        pause(1_500),
        statement(1_500),
        pause(1_500),
        statement(460),
        pause(900),
      ),
    );
    expect(types(marks)).toBe("start end start end start end");
    const ends = marks.filter(({ type }) => type === "end").map(({ at }) => at);
    expect((ends[0] ?? 0) - 460).toBeGreaterThanOrEqual(1_180);
    expect((ends[2] ?? 0) - 5_420).toBeLessThanOrEqual(640);
  });

  it("1.2 s after a fall that ends well above the bottom of the speaker's range", () => {
    const { marks } = play(
      join(statement(1_500, 200), pause(1_500), statement(900, 360), pause(2_000)),
    );
    expect(types(marks)).toBe("start end start end");
    expect((marks[3]?.at ?? 0) - 3_900).toBeGreaterThanOrEqual(1_180);
  });

  it("a pause of 900 ms within a sentence does not end it, and a new activity has a new median", () => {
    const halves = [glide(800, 200, 190), pause(900), statement(900, 190)];
    const { marks } = play(join(...halves, pause(1_500), ...halves, pause(1_500)));
    expect(types(marks)).toBe("start end start end");
  });

  it("grows with the pauses of the phrase and never beyond the longest", () => {
    const phrase = fc.record({
      longestPauseMs: fc.integer({ min: 0, max: 5_000 }),
      endAboveMedian: fc.double({ min: -2, max: 2, noNaN: true }),
      lowerShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(phrase, fc.nat(1_000), (each, more) => {
        const silence = endSilenceMs(each);
        expect(silence).toBeGreaterThanOrEqual(600);
        expect(silence).toBeLessThanOrEqual(1_200);
        const longer = { ...each, longestPauseMs: each.longestPauseMs + more };
        expect(endSilenceMs(longer)).toBeGreaterThanOrEqual(silence);
        const higher = { ...each, endAboveMedian: each.endAboveMedian + more / 1_000 };
        expect(endSilenceMs(higher)).toBeGreaterThanOrEqual(silence);
        const above = { ...each, lowerShare: each.lowerShare + more / 1_000 };
        expect(endSilenceMs(above)).toBeGreaterThanOrEqual(silence);
      }),
    );
  });

  it("ends each labelled recording once, and within 700 ms most of a person's in one conversation", () => {
    for (const { file } of clips) endAfter(join(pause(500), wordsOf(file)));
    const person = clips.filter(({ speaker }) => speaker === "human");
    const parts = person.map(({ file }) => join(pause(500), wordsOf(file)));
    const { marks } = play(join(...parts.flatMap((part) => [part, pause(1_500)])));
    const ends = marks.filter(({ type }) => type === "end");
    expect(ends).toHaveLength(person.length);
    let at = 0;
    const waits = parts.map((part, index) => {
      at += part.length / 16;
      const wait = (ends[index]?.at ?? 0) - at;
      at += 1_500;
      return wait;
    });
    expect(waits.filter((wait) => wait <= 700).length / waits.length).toBeGreaterThan(0.5);
  });
});

/** A recording from its first sound to its last. */
function wordsOf(file: string): Int16Array<ArrayBuffer> {
  const clip = clipSamples(file);
  const loud = (sample: number): boolean => Math.abs(sample) > 500;
  return clip.slice(clip.findIndex(loud), clip.findLastIndex(loud) + 1);
}

describe("[GATE13] the range of a voice is measured for one speaker alone", () => {
  const lowFall = join(glide(900, 200, 190), glide(300, 180, 150));
  const pcmOf = (samples: Int16Array<ArrayBuffer>) => new Uint8Array(samples.buffer);

  /** After a voice that falls to 100 Hz; the next one falls to 150 Hz only. @returns the silence that ends it, in ms. */
  function silenceAfter(speaker: string): number {
    const endpointer = new Endpointer();
    const hear = (samples: Int16Array<ArrayBuffer>, loud: boolean) =>
      endpointer.hear({ type: "audio", pcm: pcmOf(samples), rate: 16_000 }, 20, loud);
    const say = (samples: Int16Array<ArrayBuffer>, by: string) => {
      for (let at = 0; at + 320 <= samples.length; at += 320)
        if (hear(samples.slice(at, at + 320), true) === "start") endpointer.attribute(by);
      let ms = 20;
      while (hear(pause(20), false) !== "end") ms += 20;
      return ms;
    };
    say(statement(1_500), "ann");
    return say(lowFall, speaker);
  }

  it("another client's range is no measure, the same client's is", () => {
    expect(silenceAfter("ann")).toBeGreaterThanOrEqual(1_180);
    expect(silenceAfter("bob")).toBeLessThanOrEqual(640);
  });

  it("a sound outside an activity is no part of it", () => {
    const clicks = Array.from({ length: 60 }, () => join(glide(80, 75, 75), pause(300)));
    const before = join(...clicks);
    const { marks } = play(join(before, statement(1_200), pause(900)));
    expect(types(marks)).toBe("start end");
    expect((marks[1]?.at ?? 0) - before.length / 16 - 1_200).toBeLessThanOrEqual(640);
  });
});

describe("[GATE10] a client's marks win over the relay's", () => {
  it("an activity that a client opened does not end by silence", () => {
    const endpointer = new Endpointer();
    expect([endpointer.hold(), endpointer.hold()]).toEqual([true, false]);
    const quiet = new Uint8Array(3_200);
    for (let at = 0; at < 100; at++)
      expect(endpointer.hear({ type: "audio", pcm: quiet, rate: 16_000 }, 100, false)).toBe("pass");
    endpointer.reset();
    expect(endpointer.isOpen).toBe(false);
  });
});
