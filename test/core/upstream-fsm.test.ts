import { describe, expect, it } from "vitest";
import { nextDeadline, step } from "../../src/core/upstream/fsm.ts";
import {
  noFailures,
  parked,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
} from "../../src/core/upstream/fsm-types.ts";
import {
  happenings,
  heard,
  links,
  now,
  rules,
  saying,
  setupComplete,
  show,
} from "./upstream-script.ts";

/** Plays happenings one after another, at given times. */
function play(start: UpstreamState, script: readonly (readonly [number, UpstreamEvent])[]) {
  let link = start;
  const effects: UpstreamEffect[] = [];
  for (const [at, happening] of script) {
    const [next, more] = step(link, happening, at, rules);
    link = next;
    effects.push(...more);
  }
  return { link, effects, did: effects.map((effect) => effect.type) };
}

describe("[LINK2] holds what is said until the model is ready", () => {
  it("and then sends it, in order", () => {
    const first = saying("text");
    const second = saying("audio");
    const { link, effects } = play(parked, [
      [0, { type: "say", message: first }],
      [1, { type: "say", message: second }],
      [2, { type: "opened" }],
      [3, setupComplete],
    ]);
    expect(link.state).toBe("live");
    expect(effects).toEqual([
      { type: "dial" },
      { type: "greet", handle: undefined },
      { type: "recall", resumed: false, unanswered: true },
      { type: "send", message: first },
      { type: "send", message: second },
    ]);
  });

  it("and through a second call when the first fails", () => {
    const first = saying("text");
    const { effects } = play(parked, [
      [0, { type: "say", message: first }],
      [1, { type: "dropped", reason: "1011 Internal error encountered." }],
      [251, { type: "clock" }],
      [252, { type: "opened" }],
      [253, setupComplete],
    ]);
    expect(effects.filter((effect) => effect.type === "send")).toEqual([
      { type: "send", message: first },
    ]);
  });
});

describe("[LINK3] what is held is bounded", () => {
  it("drops the oldest audio, never text", () => {
    const { link } = play(
      parked,
      (["text", "audio", "audio", "text", "text", "text"] as const).map((weight, at) => [
        at,
        { type: "say", message: saying(weight) },
      ]),
    );
    expect(link.state === "dialling" && link.pending.messages.map((each) => each.kind)).toEqual([
      "text",
      "text",
      "text",
      "text",
    ]);
  });

  it("refuses text that has no room, and says so to whoever sent it", () => {
    const { link, effects } = play(
      parked,
      Array.from({ length: 5 }, (_, at) => [at, { type: "say", message: saying("text") }]),
    );
    expect(effects.at(-1)).toMatchObject({ type: "refuse", error: { code: "BUFFER_FULL" } });
    expect(link.state === "dialling" && link.pending.bytes).toBe(400);
  });
});

describe("[LINK4] a dial has a deadline", () => {
  it("after which it is lost like any other", () => {
    const { link, did } = play(parked, [
      [0, { type: "join" }],
      [9_999, { type: "clock" }],
      [10_000, { type: "clock" }],
      [10_250, { type: "clock" }],
    ]);
    expect(did).toEqual(["dial", "hang up", "dial"]);
    expect(link).toMatchObject({ state: "dialling", deadline: 20_250 });
  });

  it("and the link says when it needs the clock", () => {
    expect(nextDeadline(links.parked, rules)).toBeUndefined();
    expect(nextDeadline(links.dialling, rules)).toBe(now);
    expect(nextDeadline({ ...links.dialling, parkAt: 5 }, rules)).toBe(5);
    expect(nextDeadline({ ...links.waiting, retryAt: 6 }, rules)).toBe(6);
    expect(nextDeadline({ ...links.live, parkAt: 7 }, rules)).toBe(7);
    expect(nextDeadline({ ...links.leaving, deadline: 8 }, rules)).toBe(8);
    expect(nextDeadline(links.live, rules)).toBe(now + rules.idleTimeoutMs);
  });
});

describe("[LINK5] a lost link is dialled again, each time after a longer pause", () => {
  /** When each redial comes after a loss, and what was done in all. */
  function losing(chance: number, times: number) {
    let link: UpstreamState = { ...links.dialling, deadline: Number.POSITIVE_INFINITY };
    let at = 0;
    const pauses: number[] = [];
    const did: string[] = [];
    for (let n = 0; n < times; n++) {
      const [lost, effects] = step(link, { type: "dropped", reason: "1006" }, at, {
        ...rules,
        jitter: chance,
      });
      did.push(...effects.map((effect) => effect.type));
      if (lost.state !== "waiting") return { link: lost, pauses, did };
      pauses.push(Math.round(lost.retryAt - at));
      [link] = step(lost, { type: "clock" }, (at = lost.retryAt), rules);
    }
    return { link, pauses, did };
  }

  it("250 ms, twice as long each time, up to 5 s, eight times; the second loss is told", () => {
    const { link, pauses, did } = losing(0.5, 9);
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    expect(link).toMatchObject({ state: "ended", error: { code: "UPSTREAM_UNREACHABLE" } });
    expect(did).toEqual(["tell", "tell"]);
  });

  it("by chance a fifth shorter or longer", () => {
    expect(losing(0, 2).pauses).toEqual([200, 400]);
    expect(losing(1, 2).pauses).toEqual([300, 600]);
  });

  it("and health, not a handshake, restores the budget", () => {
    const lost: UpstreamEvent = { type: "dropped", reason: "1006" };
    const live = { ...links.live, openedAt: 0, failures: { ...noFailures, retries: 7 } };
    expect(step(live, lost, rules.stableMs - 1, rules)[0]).toMatchObject({
      failures: { retries: 8 },
    });
    expect(step(live, lost, rules.stableMs, rules)[0]).toMatchObject({ failures: { retries: 1 } });
  });
});

describe("[LINK6] what a retry cannot help is not retried, but told in words", () => {
  it.each([
    ["1007 API key not valid. Please pass a valid API key.", "UPSTREAM_UNAUTHENTICATED"],
    ["1008 models/x is not found for API version v1beta, or is not supported", "MODEL_NOT_FOUND"],
    ["1011 You exceeded your current quota, please check your plan", "QUOTA_EXCEEDED"],
    ["1007 User location is not supported for the API use.", "LOCATION_REFUSED"],
  ])("%s", (reason, code) => {
    const [link, effects] = step(links.dialling, { type: "dropped", reason }, now, rules);
    expect(link.state).toBe("ended");
    expect(effects).toMatchObject([{ type: "tell", error: { code } }]);
  });

  it("the service's own words, which might hold a secret, are never passed on", () => {
    const reason = "1007 API key not valid: AKEYTHATMUSTNOTLEAK";
    const [, effects] = step(links.dialling, { type: "dropped", reason }, now, rules);
    expect(JSON.stringify(effects)).not.toContain("AKEYTHATMUSTNOTLEAK");
  });

  it("an error in-band counts like a close, and the socket is hung up", () => {
    const error = heard({ error: { code: 429, message: "Resource exhausted: quota" } });
    expect(show(...step(links.live, error, now, rules))).toBe("ended: hang up, cut, tell");
    expect(show(...step(links.dialling, error, now, rules))).toBe("ended: hang up, tell");
  });

  it("typed words that were held are reported as not delivered", () => {
    const { effects } = play(parked, [
      [0, { type: "say", message: saying("text") }],
      [1, { type: "dropped", reason: "1007 API key not valid." }],
    ]);
    expect(effects.at(-1)).toMatchObject({
      error: { message: expect.stringContaining("One typed message did not reach") },
    });
  });
});

describe("[LINK7] after the end, a client that comes back for ever costs nothing", () => {
  it("is answered without a dial until the rest is over", () => {
    const early = step(links.ended, { type: "join" }, now - 1, rules);
    expect(show(...early)).toBe("ended: refuse");
    expect(show(...step(links.ended, happenings.say, now - 1, rules))).toBe("ended: refuse");
    expect(show(...step(links.ended, { type: "join" }, now, rules))).toBe("dialling: dial");
  });
});

describe("[LINK8] nobody there: the link is kept a little, then parked", () => {
  it("somebody who comes back in time finds it as it was", () => {
    const { link, did } = play(links.live, [
      [0, { type: "left alone" }],
      [4_999, { type: "clock" }],
      [4_999, { type: "join" }],
      [60_000, { type: "clock" }],
    ]);
    expect(did).toEqual([]);
    expect(link.state).toBe("live");
  });

  it.each([
    ["live", ["cut", "hang up"]],
    ["leaving", ["cut", "hang up"]],
    ["dialling", ["hang up"]],
    ["waiting", []],
  ] as const)("%s", (at, expected) => {
    const far = { deadline: now * 2, retryAt: now * 2 };
    const { link, did } = play({ ...links[at], ...far }, [
      [now - 6_000, { type: "left alone" }],
      [now - 1_000, { type: "clock" }],
    ]);
    expect(did).toEqual(expected);
    expect(link).toMatchObject({ state: "parked", handle: undefined });
  });
});

describe("[LINK10] words are owed to the model even when whoever typed them has left", () => {
  it("so the dial goes on, and the link lingers from the moment it is up", () => {
    const { link, did } = play(parked, [
      [0, { type: "say", message: saying("text") }],
      [1, { type: "left alone" }],
      [6_000, { type: "clock" }],
      [7_000, { type: "opened" }],
      [7_001, setupComplete],
    ]);
    expect(did).toEqual(["dial", "greet", "recall", "send"]);
    expect(link).toMatchObject({ state: "live", parkAt: 12_001 });
  });
});
