import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AdmissionQueue,
  leaseMs,
  placeMs,
  renewMs,
  type AdmissionAnswer,
} from "../../src/core/policy/admission-queue.ts";

const capacity = 2;

/** A queue, its clock, and conversations named after their users: "ann1" is one of ann's. */
function queue(stored: readonly string[] = [], perUser = Infinity) {
  let now = 1_800_000_000_000;
  const leases = stored.map((id) => [id, { user: userOf(id), since: now }] as const);
  const admission = new AdmissionQueue(leases, now);
  const ask = (id: string, resumes = false, since = now): AdmissionAnswer =>
    admission.ask({ id, user: userOf(id), resumes, since }, { sessions: capacity, perUser }, now);
  return {
    admission,
    ask,
    positions: (...ids: string[]) => ids.map((id) => ask(id).position),
    renew: (id: string) => admission.renew(id, userOf(id), now),
    release: (id: string) => admission.release(id, now),
    pass: (ms: number) => (now += ms),
  };
}

const userOf = (id: string): string => id.replace(/\d+$/, "");

describe("[ADMIT1] sessions are leased up to the service's number, and others queue in order", () => {
  it("the first get a lease, the others a position, and the next one moves up", () => {
    const { positions, release } = queue();
    expect(positions("ann", "bob", "cem", "dan")).toEqual([0, 0, 1, 2]);
    release("ann");
    expect(positions("dan", "cem")).toEqual([1, 0]);
  });

  it("a conversation that leaves the queue has no place, and one that asks again keeps its own", () => {
    const { positions, release } = queue();
    positions("ann", "bob", "cem", "dan", "eve");
    release("cem");
    expect(positions("eve", "dan", "cem")).toEqual([2, 1, 3]);
  });

  it("the estimate follows how long sessions last, and grows with the position", () => {
    const { ask, release, pass, renew } = queue();
    for (const id of ["ann", "bob"]) ask(id);
    const [first, second] = [ask("cem").waitMs, ask("dan").waitMs];
    expect(second).toBe(2 * first);
    for (let each = 0; each < 20; each++) {
      pass(10_000);
      for (const id of ["bob", "dan"]) ask(id);
      renew("bob");
      release(each === 0 ? "ann" : "cem");
      ask("cem");
    }
    expect(ask("dan").waitMs).toBeLessThan(first / 2);
  });

  it("never gives more leases than there are, leaves none free while some wait, and numbers the places without a gap", () => {
    fc.assert(
      fc.property(script(), (steps) => {
        const { admission, ask, release, pass } = queue();
        let places = new Map<string, number>();
        for (const { id, does, ms } of steps) {
          pass(ms);
          if (does === "release") release(id);
          else {
            ask(id, does === "resume");
            expect(admission.size).toBeLessThanOrEqual(capacity);
          }
          const alive = ["ann1", "ann2", "bob1", "cem1"].map((each) => [each, ask(each)] as const);
          places = new Map(alive.map(([each]) => [each, ask(each).position]));
          const waiting = [...places.values()].filter((position) => position > 0);
          expect(new Set(waiting).size).toBe(waiting.length);
          if (waiting.length > 0) expect(admission.size).toBe(capacity);
        }
      }),
    );
  });
});

const script = () =>
  fc.array(
    fc.record({
      id: fc.constantFrom("ann1", "ann2", "ann3", "bob1", "bob2", "cem1", "dan1"),
      does: fc.constantFrom("ask", "resume", "release"),
      ms: fc.integer({ min: 0, max: 20_000 }),
    }),
    { maxLength: 40 },
  );

describe("[ADMIT1] a user holds no more leases than the setting permits", () => {
  it("the next conversation waits though a lease is free, which another user gets", () => {
    const { admission, positions, release } = queue([], 1);
    expect(positions("ann1", "ann2")).toEqual([0, 1]);
    expect(admission.size).toBe(1);
    expect(positions("bob", "ann2")).toEqual([0, 1]);
    release("bob");
    expect(positions("ann2")).toEqual([1]);
    release("ann1");
    expect(positions("ann2")).toEqual([0]);
  });
});

describe("[ADMIT2] the user with the fewest sessions goes first, then resumptions", () => {
  it("a user's second conversation waits behind the first of others", () => {
    const { positions, release } = queue();
    expect(positions("ann1", "ann2", "ann3", "ann4", "bob1", "bob2", "cem1")).toEqual([
      0, 0, 1, 2, 1, 2, 2,
    ]);
    expect(positions("bob1", "cem1", "bob2", "ann3", "ann4")).toEqual([1, 2, 3, 4, 5]);
    release("ann1");
    expect(positions("bob1", "cem1", "ann3", "bob2", "ann4")).toEqual([0, 1, 2, 3, 4]);
    release("bob1");
    expect(positions("bob2", "cem1", "ann3", "ann4")).toEqual([0, 1, 2, 3]);
  });

  it("a conversation that had a session goes before newcomers whose users hold as many", () => {
    const { ask, positions, release } = queue();
    positions("ann", "bob", "cem");
    expect([ask("dan1", true), ask("dan2", true), ask("eve", true)]).toMatchObject([
      { position: 1 },
      { position: 3 },
      { position: 2 },
    ]);
    expect(ask("dan2", true)).toMatchObject({ position: 4 });
    release("ann");
    expect(ask("dan1", true)).toMatchObject({ position: 0 });
    expect(positions("cem")).toEqual([2]);
  });

  it("a user whose conversations resume again and again keeps no newcomer waiting", () => {
    const { ask, positions, release } = queue();
    positions("ann1", "ann2");
    for (const id of ["ann3", "ann4", "ann5"]) ask(id, true);
    expect(positions("bob", "cem")).toEqual([1, 2]);
    release("ann1");
    expect(ask("ann1", true).position).toBeGreaterThan(0);
    expect(positions("bob", "cem")).toEqual([0, 1]);
  });

  it("whoever gets a lease, no conversation waits whose user holds fewer, or as many where it alone resumes", () => {
    fc.assert(
      fc.property(script(), (steps) => {
        const { admission, ask, release } = queue();
        const held = new Map<string, boolean>();
        const waiting = new Map<string, boolean>();
        const holds = (user: string) => [...held.keys()].filter((id) => userOf(id) === user).length;
        for (const { id, does } of steps) {
          if (does === "release") {
            release(id);
            held.delete(id);
            waiting.delete(id);
          } else if (!held.has(id)) {
            waiting.set(id, does === "resume");
            ask(id, does === "resume");
          }
          // Any question gives out what is free.
          const [any] = waiting.keys();
          if (any !== undefined) ask(any, waiting.get(any));
          for (const [given, lease] of admission.takeChanges()) {
            const resumes = waiting.get(given) ?? false;
            if (!lease || held.has(given)) continue;
            const others = [...waiting].filter(([other]) => other !== given);
            for (const [other, otherResumes] of others) {
              // Of one user, the same number.
              const more = holds(userOf(other)) - holds(userOf(given));
              expect(more).toBeGreaterThanOrEqual(otherResumes && !resumes ? 1 : 0);
            }
            held.set(given, resumes);
            waiting.delete(given);
          }
        }
      }),
    );
  });
});

describe("[ADMIT3] a dead conversation frees its lease, and loses its place, within a minute", () => {
  it("a lease that is renewed stays, one that is not is free after 45 s", () => {
    const { ask, renew, pass, positions } = queue();
    positions("ann", "bob");
    for (let at = 0; at < leaseMs; at += renewMs) {
      expect(ask("cem").position).toBe(1);
      pass(renewMs - 1);
      renew("ann");
    }
    pass(3);
    expect(ask("cem").position).toBe(0);
    expect(positions("bob")).toEqual([1]);
    expect(leaseMs).toBeLessThan(60_000);
  });

  it("a place without a question for 15 s is lost, and so is a lease whose holder has not come for it", () => {
    const { ask, pass, positions, release } = queue();
    positions("ann", "bob", "cem", "dan");
    pass(placeMs - 1);
    expect(ask("dan").position).toBe(2);
    pass(1);
    expect(ask("dan").position).toBe(1);
    release("ann");
    positions("eve");
    pass(placeMs);
    expect(positions("eve")).toEqual([0]);
  });

  it("a session that goes on after its lease was lost counts again, and newcomers wait for one more", () => {
    const { admission, renew, pass, positions, release } = queue();
    positions("ann", "bob");
    pass(leaseMs);
    expect(positions("cem", "dan")).toEqual([0, 0]);
    renew("ann");
    expect(admission.size).toBe(3);
    release("cem");
    expect(positions("eve")).toEqual([1]);
  });
});

describe("[ADMIT4] a restart forgets no lease, and restores the queue", () => {
  it("stored leases count, and their holders keep them", () => {
    const { positions, pass } = queue(["ann", "bob"]);
    expect(positions("cem", "ann")).toEqual([1, 0]);
    pass(leaseMs - 1);
    expect(positions("cem")).toEqual([1]);
    pass(1);
    expect(positions("cem")).toEqual([0]);
  });

  it("conversations that say since when they wait get their order back", () => {
    const { ask, pass } = queue(["ann", "bob"]);
    const since = pass(0);
    pass(10_000);
    expect(ask("dan").position).toBe(1);
    expect(ask("cem", false, since).position).toBe(1);
    expect(ask("dan").position).toBe(2);
  });

  it("the changes are those that must be stored", () => {
    const { admission, positions, release } = queue(["ann"]);
    expect(admission.takeChanges()).toEqual([]);
    positions("bob", "cem");
    release("ann");
    positions("cem");
    expect(admission.takeChanges().map(([id, lease]) => [id, lease?.user])).toEqual([
      ["bob", "bob"],
      ["ann", undefined],
      ["cem", "cem"],
    ]);
    expect(admission.takeChanges()).toEqual([]);
  });
});
