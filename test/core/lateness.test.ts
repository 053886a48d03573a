import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allowance, RateLimit } from "../../src/access/rate-limit.ts";
import { Lateness, maxBacklogMs, patientTimer, tickMs } from "../../src/core/lateness.ts";
import { LateClock } from "../support/late-clock.ts";

/** Lateness of an object whose clients have nothing to acknowledge. */
function measured(needsTime = () => false) {
  const clock = new LateClock();
  const ticks: number[] = [];
  const lateness = new Lateness(clock, (lateMs) => {
    ticks.push(lateMs);
    return needsTime();
  });
  return { clock, lateness, ticks };
}

describe("[FLOW10] The relay must measure by how much it is late, and must not measure at rest", () => {
  it("counts the time from when the timer was due, also before it rings", () => {
    const { clock, lateness, ticks } = measured(() => true);
    lateness.start();
    clock.run(tickMs);
    expect([lateness.totalMs, ticks]).toEqual([0, [0]]);
    clock.stop(5_000);
    expect(lateness.totalMs).toBe(5_000 - tickMs);
    clock.run(0);
    expect([lateness.totalMs, lateness.lateMs]).toEqual([5_000 - tickMs, 5_000 - tickMs]);
  });

  it("ends when no frame came since the last time and nobody needs it, and begins again", () => {
    const { clock, lateness, ticks } = measured();
    lateness.start();
    lateness.isUsed = true;
    clock.run(10 * tickMs);
    expect(ticks).toHaveLength(2);
    expect(lateness.dueAt).toBe(Infinity);
    clock.stop(60_000);
    expect(lateness.totalMs).toBe(0);
    lateness.start();
    clock.run(tickMs);
    expect(ticks).toHaveLength(3);
  });

  it("ends too if the timer rings some ms late each time, as it does on every machine", () => {
    const { clock, lateness, ticks } = measured();
    lateness.start();
    lateness.isUsed = true;
    for (let times = 0; times < 10; times++) {
      clock.stop(tickMs + 3);
      clock.run(0);
    }
    expect(ticks).toEqual([3, 3]);
    expect(lateness.dueAt).toBe(Infinity);
  });

  it("frames that waited are awaited for as long as the object was late, at most a minute", () => {
    const { clock, lateness } = measured(() => true);
    lateness.start();
    clock.stop(3_000);
    clock.run(0);
    expect(lateness.backlogMs).toBe(3_000 - tickMs);
    clock.run(1_000);
    expect(lateness.backlogMs).toBe(2_000 - tickMs);
    clock.run(10_000);
    expect(lateness.backlogMs).toBe(0);
    clock.stop(3_600_000);
    clock.run(0);
    expect(lateness.backlogMs).toBe(maxBacklogMs);
  });
});

describe("[LIMIT16] A timer by which a client must act must give it as long as the timer rang late, once", () => {
  it("rings on time", () => {
    const clock = new LateClock();
    let rang = 0;
    patientTimer(clock, 1_000, () => rang++);
    clock.run(1_000);
    expect(rang).toBe(1);
  });

  it("rings later by its lateness, and no later than after its own time again", () => {
    const clock = new LateClock();
    const rang: number[] = [];
    patientTimer(clock, 1_000, () => rang.push(1_000));
    patientTimer(clock, 9_000, () => rang.push(9_000));
    clock.stop(11_000);
    clock.run(0);
    expect(rang).toEqual([]);
    clock.run(1_000);
    expect(rang).toEqual([1_000]);
    clock.run(1_000);
    expect(rang).toEqual([1_000, 9_000]);
  });

  it("can be cancelled in both waits", () => {
    const clock = new LateClock();
    let rang = 0;
    const [first, second] = [1, 2].map(() => patientTimer(clock, 1_000, () => rang++));
    first?.cancel();
    clock.stop(3_000);
    clock.run(0);
    second?.cancel();
    clock.run(10_000);
    expect(rang).toBe(0);
  });
});

/** A client of an object that may be late: its frames wait, and come at once. */
function client(framesPerSecond: number) {
  const { clock, lateness } = measured();
  const limit = new RateLimit();
  const decisions = { pass: 0, drop: 0, warn: 0 };
  const everyMs = 1_000 / framesPerSecond;
  let waitingMs = 0;
  const receive = (): void => {
    for (; waitingMs >= everyMs; waitingMs -= everyMs) {
      lateness.isUsed = true;
      lateness.start();
      const pending = lateness.pendingMs;
      const { lateMs, backlogMs } = lateness;
      decisions[limit.take("x", clock.now(), lateMs + pending, backlogMs + pending)]++;
    }
  };
  return {
    decisions,
    talk: (ms: number) => {
      for (let passed = 0; passed < ms; passed += 10) {
        clock.run(10);
        waitingMs += 10;
        receive();
      }
    },
    /** @param timersFirst whether the timer rings before the frames are processed, or after. */
    stop: (ms: number, timersFirst: boolean) => {
      clock.stop(ms);
      waitingMs += ms;
      if (timersFirst) clock.run(0);
      receive();
      clock.run(0);
    },
    idle: (ms: number) => clock.run(ms),
    flood: (frames: number) => {
      const before = decisions.pass;
      waitingMs += frames * everyMs;
      receive();
      return decisions.pass - before;
    },
  };
}

describe("[LIMIT15] Frames that waited for the object must not count as too many, and a client must gain no more than the frames that can have waited", () => {
  it("passes what queued up in eleven seconds, and no more than that", () => {
    const ann = client(50);
    ann.talk(1_000);
    ann.stop(11_000, true);
    ann.talk(1_000);
    expect(ann.decisions).toEqual({ pass: 13 * 50, drop: 0, warn: 0 });
    // The rest of the credit is at most that of the lateness at the full rate.
    expect(ann.flood(5_000)).toBeLessThanOrEqual(200 + 11 * 100);
  });

  it("the credit is over after as much time on time", () => {
    const ann = client(50);
    ann.talk(1_000);
    ann.stop(11_000, false);
    ann.talk(11_000);
    expect(ann.flood(5_000)).toBeLessThanOrEqual(200);
    const eve = client(100);
    eve.talk(500);
    eve.stop(11_000, true);
    eve.idle(30_000);
    expect(eve.flood(5_000)).toBeLessThanOrEqual(200);
  });

  it("audio that waited for 20 s passes an allowance of 15 s, and 1.25 s a second more", () => {
    const taken = (backlogMs: number): number => {
      const allowance = new Allowance(1.25, 15_000 / 1.25);
      let frames = 0;
      while (allowance.take(100, 0, backlogMs) === 0) frames++;
      return frames * 100;
    };
    expect([taken(0), taken(20_000)]).toEqual([15_000, 15_000 + 20_000 * 1.25]);
  });

  it("in every sequence of talk and stops no frame of a client within the rate is dropped, and a flood gains no more than lateness × rate", () => {
    const anyStep = fc.oneof(
      fc.record({ talk: fc.integer({ min: 1, max: 300 }).map((n) => n * 10) }),
      fc.record({
        stop: fc.integer({ min: 1, max: 1_500 }).map((n) => n * 10),
        first: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 12 }), (steps) => {
        const ann = client(100);
        const eve = client(500);
        let passedMs = 10;
        for (const each of [{ talk: 10 }, ...steps])
          for (const one of [ann, eve]) {
            if ("talk" in each) one.talk(each.talk);
            else one.stop(each.stop, each.first);
            if (one === ann) passedMs += "talk" in each ? each.talk : each.stop;
          }
        expect(ann.decisions).toMatchObject({ drop: 0, warn: 0 });
        expect(eve.decisions.pass).toBeLessThanOrEqual(200 + passedMs / 10);
      }),
      { numRuns: 50 },
    );
  });
});
