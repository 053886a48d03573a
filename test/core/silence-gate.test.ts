import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PreRoll } from "../../src/core/policy/pre-roll.ts";
import { preRollMs, SilenceGate } from "../../src/wire/silence-gate.ts";

/** Plays pieces of 20 ms, numbered in their first sample, with their loudness, as the engine does. */
function play(loudness: readonly number[], understood = true) {
  const gate = new SilenceGate();
  const preRoll = new PreRoll(preRollMs);
  const passed: number[] = [];
  const ended: number[] = [];
  const speaking: boolean[] = [];
  const pass = (pcm: Uint8Array) => passed.push((pcm[0] ?? 0) | ((pcm[1] ?? 0) << 8));
  for (const [at, loud] of loudness.entries()) {
    const pcm = new Uint8Array(640);
    pcm.set([at, at >> 8]);
    const verdict = gate.hear(loud, 20, understood);
    if (verdict === "open") for (const each of preRoll.take()) pass(each.pcm);
    if (verdict === "open" || verdict === "pass") pass(pcm);
    else preRoll.push({ type: "audio", pcm, rate: 16_000 });
    if (verdict === "end") ended.push(at);
    speaking.push(gate.isSpeaking);
  }
  return { passed, ended, speaking };
}

const many = (count: number, loudness: number): number[] => Array(count).fill(loudness) as number[];

describe("[GATE1] The gate must keep silence from the model", () => {
  it("passes nothing in a quiet room", () => {
    expect(play(many(500, 0.0005))).toMatchObject({ passed: [], ended: [] });
    expect(play(many(500, 0))).toMatchObject({ passed: [], ended: [] });
  });

  it("passes half a second from before the first loud piece", () => {
    const { passed } = play([...many(100, 0), 0.1]);
    expect(passed).toEqual(Array.from({ length: 26 }, (_, at) => 75 + at));
  });

  it.each([100, 300, 600, 900, 2_000])("keeps half a second whole in pieces of %i ms", (ms) => {
    const preRoll = new PreRoll(preRollMs);
    const piece = (at: number) => new Uint8Array(32 * ms).fill(at);
    for (let at = 1; at <= 20; at++) preRoll.push({ type: "audio", pcm: piece(at), rate: 16_000 });
    const kept = preRoll.take();
    expect(kept.at(-1)?.pcm).toEqual(piece(20));
    expect(kept.length * ms).toBeGreaterThanOrEqual(Math.min(500, 500 - (500 % ms)) || ms);
    expect(kept.length * ms).toBeLessThanOrEqual(500 + 2 * ms);
    preRoll.push({ type: "audio", pcm: piece(21), rate: 16_000 });
    preRoll.clear();
    expect(preRoll.take()).toEqual([]);
  });

  it("ends the stream once after a second of quiet", () => {
    const { passed, ended } = play([...many(50, 0.1), ...many(200, 0)]);
    expect(ended).toEqual([99]);
    expect(passed).toHaveLength(99);
  });

  it("ends it only once the model has understood the utterance, or after three seconds", () => {
    expect(play([...many(50, 0.1), ...many(200, 0)], false).ended).toEqual([199]);
  });
});

describe("[GATE2] The gate's threshold must follow the background noise", () => {
  it("passes a voice above steady noise, and not the noise", () => {
    const noise = many(3_000, 0.01);
    const { speaking } = play([...noise, ...many(50, 0.09)]);
    expect(speaking[2_999]).toBe(false);
    expect(speaking.at(-1)).toBe(true);
  });

  it("passes a soft voice in a quiet room", () => {
    expect(play([...many(100, 0.0004), ...many(50, 0.004)]).speaking.at(-1)).toBe(true);
  });

  it("passes long speech with its pauses", () => {
    const speech = Array.from({ length: 60 }, () => [...many(40, 0.05), ...many(10, 0.001)]).flat();
    expect(play(speech).ended).toEqual([]);
  });
});

describe("[GATE3] The gate must not pass audio twice or out of order, and must not queue without bound", () => {
  it("holds for random audio", () => {
    const loudness = fc.array(fc.constantFrom(0, 0.001, 0.004, 0.02, 0.2), { maxLength: 400 });
    fc.assert(
      fc.property(loudness, fc.boolean(), (sound, understood) => {
        const { passed } = play(sound, understood);
        expect(passed).toEqual([...new Set(passed)].toSorted((a, b) => a - b));
        for (const [at, loud] of sound.entries()) if (loud > 0.05) expect(passed).toContain(at);
      }),
    );
  });
});

describe("[GATE5] A stream that ends within speech must be followed by silence", () => {
  const missingAfter = (loudness: readonly number[], understood = false): number => {
    const gate = new SilenceGate();
    for (const loud of loudness) gate.hear(loud, 20, understood);
    return gate.missingSilenceMs(understood);
  };

  it("by as much as the gate would let pass", () => {
    expect(missingAfter(many(20, 0.1))).toBe(3_000);
    expect(missingAfter([...many(20, 0.1), ...many(60, 0)])).toBe(1_800);
    expect(missingAfter([...many(20, 0.1), ...many(150, 0)])).toBe(0);
    expect(missingAfter(many(20, 0))).toBe(0);
  });

  it("not if the model has understood the speech, and not after a click", () => {
    expect(missingAfter([...many(20, 0.1), ...many(30, 0)], true)).toBe(0);
    expect(missingAfter(many(20, 0.1), true)).toBe(3_000);
    expect(missingAfter([0.1])).toBe(0);
    expect(missingAfter([...many(20, 0.1), ...many(150, 0), 0.1])).toBe(0);
  });
});
