import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tickMs } from "../../src/core/lateness.ts";
import { Overload } from "../../src/core/policy/overload.ts";

/** An isolate with some objects, each of which has a timer. */
function isolate(objects = 1) {
  const overload = new Overload();
  let now = 1_800_000_000_000;
  return {
    overload,
    isOverloaded: () => overload.isOverloaded(now),
    refusal: (random: number) => overload.refusal(now, random),
    /** All timers ring late by so much, for a time. */
    run: (lateMs: number, forMs: number) => {
      for (let passed = 0; passed < forMs; passed += tickMs + lateMs) {
        now += tickMs + lateMs;
        for (let each = 0; each < objects; each++) overload.onTick(lateMs, now);
      }
    },
    rest: (ms: number) => (now += ms),
  };
}

describe("[LIMIT32] an isolate is overloaded whose timers are 200 ms late for 1.5 s, until they are on time for 3 s", () => {
  it.each([1, 150])("with %i objects", (objects) => {
    const { run, isOverloaded } = isolate(objects);
    run(0, 10_000);
    run(250, 1_000);
    expect(isOverloaded()).toBe(false);
    run(250, 1_500);
    expect(isOverloaded()).toBe(true);
    run(100, 10_000);
    expect(isOverloaded()).toBe(true);
    run(0, 2_500);
    expect(isOverloaded()).toBe(true);
    run(0, 1_500);
    expect(isOverloaded()).toBe(false);
  });

  it("one stop of ten seconds is no overload, nor is lateness below 200 ms", () => {
    const { run, isOverloaded } = isolate();
    run(0, 1_000);
    run(10_000, 1);
    run(0, 10_000);
    expect(isOverloaded()).toBe(false);
    run(190, 60_000);
    expect(isOverloaded()).toBe(false);
  });

  it("timers that are seconds late are overload, too", () => {
    const { run, isOverloaded } = isolate();
    run(4_000, 20_000);
    expect(isOverloaded()).toBe(true);
  });

  it("is forgotten when nothing has been under way for 5 s", () => {
    const { run, rest, isOverloaded } = isolate(3);
    run(300, 5_000);
    expect(isOverloaded()).toBe(true);
    rest(5_000);
    expect(isOverloaded()).toBe(false);
    run(0, 500);
    expect(isOverloaded()).toBe(false);
  });

  it("never begins while every timer is less than 200 ms late, and is over 3.5 s after the last that was 50 ms late", () => {
    const step = fc.record({
      late: fc.integer({ min: 0, max: 199 }),
      ms: fc.integer({ min: 250, max: 9_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { run, isOverloaded } = isolate(2);
        for (const { late, ms } of steps) {
          run(late, ms);
          expect(isOverloaded()).toBe(false);
        }
        run(600, 5_000);
        expect(isOverloaded()).toBe(true);
        run(10, 4_000);
        expect(isOverloaded()).toBe(false);
      }),
    );
  });

  it("a refusal says when to try again, and not all of them the same time", () => {
    const { run, refusal } = isolate();
    expect(refusal(0)).toBeUndefined();
    run(300, 5_000);
    expect(refusal(0)).toMatchObject({
      code: "OVERLOADED",
      status: 503,
      close: 1013,
      retryAfterS: 5,
      message: expect.stringMatching(/Try again in 5 s\.$/),
    });
    expect(refusal(1)).toMatchObject({ retryAfterS: 15 });
  });
});
