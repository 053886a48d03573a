import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameRing, NumberRing } from "../../src/core/frame-ring.ts";

interface Kept {
  readonly frame: readonly number[];
  readonly number: number;
  readonly detail: number;
}

const contentsOf = (ring: FrameRing): Kept[] => {
  const kept: Kept[] = [];
  ring.forEach((frame, number, detail) => kept.push({ frame: [...frame], number, detail }));
  return kept;
};
const bytesOf = (kept: readonly Kept[]): number =>
  kept.reduce((sum, { frame }) => sum + frame.length, 0);

/** What the ring must keep, as a plain list. */
class Model {
  kept: Kept[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(kept: Kept): void {
    while (this.kept.length > 0 && bytesOf(this.kept) + kept.frame.length > this.#limit)
      this.kept.shift();
    if (kept.frame.length > 0 && kept.frame.length <= this.#limit) this.kept.push(kept);
  }

  dropBefore(number: number): void {
    this.kept = this.kept.filter((each) => each.number >= number);
  }
}

describe("[RING1] a ring keeps the newest frames within its limit, unchanged and in order", () => {
  it("for any frames and any drops, however often it wraps and grows", () => {
    const limits = fc.constantFrom(0, 1, 7, 100, 33_000, 70_000, 200_000);
    const step = fc.oneof(
      { weight: 9, arbitrary: fc.tuple(fc.constant("push" as const), fc.nat(20_000)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("push" as const), fc.nat(3)) },
      { weight: 2, arbitrary: fc.tuple(fc.constant("dropBefore" as const), fc.nat(100)) },
    );
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 120 }), (limit, steps) => {
        const [ring, model] = [new FrameRing(limit), new Model(limit)];
        for (const [at, [type, size]] of steps.entries()) {
          if (type === "push") {
            const frame = new Uint8Array(size).map((_, index) => at * 31 + index);
            ring.push(frame, at, size);
            model.push({ frame: [...frame], number: at, detail: size });
          } else {
            ring.dropBefore(Math.min(size, at));
            model.dropBefore(Math.min(size, at));
          }
          expect(ring.bytes).toBe(bytesOf(model.kept));
          expect(ring.oldest).toBe(model.kept[0]?.number);
        }
        expect(contentsOf(ring)).toEqual(model.kept);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps a copy: its caller may use the bytes again", () => {
    const ring = new FrameRing(100);
    const frame = Uint8Array.of(1, 2);
    ring.push(frame, 1, 16_000);
    frame.fill(9);
    expect(contentsOf(ring)).toEqual([{ frame: [1, 2], number: 1, detail: 16_000 }]);
    ring.clear();
    expect(contentsOf(ring)).toEqual([]);
  });

  it("fills up to its limit, in small frames and in large ones", () => {
    const ring = new FrameRing(40_000);
    for (let at = 0; at < 5_000; at++) ring.push(Uint8Array.of(at, at >> 8), at, 0);
    expect(ring.bytes).toBe(10_000);
    for (let at = 5_000; at < 5_100; at++) ring.push(new Uint8Array(1_000), at, 0);
    expect(ring.bytes).toBe(40_000);
  });
});

describe("[RING3] a ring takes memory for its frames and little more, and frees it as they go", () => {
  const most = 48 * 1024;

  it("for any frames and any drops", () => {
    const step = fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.constant("drop" as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ring = new FrameRing(200_000);
        for (const [at, each] of steps.entries()) {
          if (each !== "drop") ring.push(new Uint8Array(each), at, 0);
          else ring.dropBefore((ring.oldest ?? at) + 2);
          expect(ring.blockBytes - ring.bytes).toBeLessThanOrEqual(most);
        }
        ring.clear();
        expect(ring.blockBytes).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe("[RING2] a ring of numbers keeps rows unchanged and in order", () => {
  it("for any pushes and drops, however often it wraps and grows", () => {
    const steps = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constant("drop" as const)), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), steps, (fields, each) => {
        const ring = new NumberRing(fields);
        const model: number[][] = [];
        for (const step of each) {
          if (step === "drop" && model.length > 0) {
            ring.dropOldest();
            model.shift();
          } else if (step !== "drop") {
            ring.push(step, step + 1, step + 2, step + 3);
            model.push([step, step + 1, step + 2, step + 3].slice(0, fields));
          }
        }
        const rows = Array.from({ length: ring.length }, (_, row) =>
          Array.from({ length: fields }, (__, field) => ring.at(row, field)),
        );
        expect(rows).toEqual(model);
      }),
    );
  });
});
