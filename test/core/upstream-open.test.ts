import { describe, expect, it } from "vitest";
import { noActivity } from "../../src/core/upstream/session-activity.ts";
import { nextDeadline } from "../../src/core/upstream/fsm.ts";
import { noFailures, type UpstreamState } from "../../src/core/upstream/fsm-types.ts";
import {
  heard,
  idle,
  links,
  lost,
  output,
  playFrom as play,
  rules,
  setupComplete,
  sound,
  speech,
  started,
  update,
  frame,
} from "./upstream-script.ts";

describe("[LINK12] a session is resumed by its newest good handle", () => {
  it("which no empty or unresumable update erases", () => {
    const { link, effects } = play(
      idle,
      [1, update({ newHandle: "h2", resumable: true })],
      [2, update({ resumable: false })],
      [3, update({ newHandle: "", resumable: true })],
      [4, update({ newHandle: "h3", resumable: false })],
    );
    expect(effects).toEqual([{ type: "keep", handle: "h2" }]);
    expect(link).toMatchObject({ handle: "h2" });
  });

  it("and a resumed session is told only what is owed", () => {
    const { effects } = play(
      { ...links.dialling, handle: "h1", unanswered: true },
      [1, { type: "opened" }],
      [2, setupComplete],
    );
    expect(effects).toEqual([
      { type: "greet", handle: "h1" },
      { type: "recall", resumed: true, unanswered: true },
    ]);
  });

  it("another agent's session is never resumed", () => {
    const { link, effects } = play(idle, [1, { type: "renew" }]);
    expect(link).toMatchObject({ state: "dialling", handle: undefined });
    expect(effects).toContainEqual({ type: "keep", handle: undefined });
  });
});

describe("[LINK14] a handle the service does not take", () => {
  const resuming = { ...links.dialling, handle: "h1" };

  it("is unknown: a session that knows nothing, at once", () => {
    for (const reason of [
      "1008 BidiGenerateContent session not found",
      "1007 Request contains an invalid argument.",
    ]) {
      const { link, did } = play(resuming, [1, lost(reason)]);
      expect(did).toEqual(["keep", "dial"]);
      expect(link).toMatchObject({ state: "dialling", handle: undefined });
    }
  });

  it("is in use: again after 1.5 s, at no cost of a try; four times, then one that knows nothing", () => {
    let link: UpstreamState = resuming;
    for (let at = 1; at <= rules.maxConflicts; at++) {
      const waits = play(link, [0, lost("1011 Internal error encountered.")]).link;
      expect(waits).toMatchObject({
        state: "waiting",
        retryAt: 1_500,
        failures: { retries: 0, conflicts: at },
      });
      ({ link } = play(waits, [1_500, { type: "clock" }]));
    }
    const { did } = play(link, [0, lost("1011 Internal error encountered.")]);
    expect(did).toEqual(["keep", "dial"]);
  });

  it("an idle session is asked for only after 1.5 s, one that was speaking at once", () => {
    const reason = "1011 Internal error encountered.";
    expect(play(idle, [1, lost(reason)]).link).toMatchObject({ state: "waiting", retryAt: 1_501 });
    const speaking = play(idle, [1, output], [2, lost(reason)]).link;
    expect(speaking).toMatchObject({ state: "waiting", handle: "h1", retryAt: 252 });
  });
});

describe("[LINK15] a model that seems not to hear is asked again: resumed, then begun anew", () => {
  it("3 s of speech without a sign, where it gives one", () => {
    const talking = play(idle, [1, speech(true)]).link;
    expect(nextDeadline(talking, rules)).toBe(3_001);
    const { link, did } = play(talking, [3_001, { type: "clock" }]);
    expect(did).toEqual(["hang up"]);
    expect(link).toMatchObject({
      state: "waiting",
      handle: "h1",
      retryAt: 4_501,
      failures: { unresponsive: 1 },
    });
    expect(nextDeadline(talking, { ...rules, speechSignTimeoutMs: undefined })).toBe(
      1 + rules.idleTimeoutMs,
    );
    expect(nextDeadline(play(talking, [2, started]).link, rules)).toBe(2 + rules.idleTimeoutMs);
  });

  it("8 s of nothing after speech; silence that was announced is a choice", () => {
    const said = play(idle, [1, speech(true)], [2, started], [3, speech(false)]).link;
    expect(nextDeadline(said, rules)).toBe(8_003);
    const ended = play(said, [4, heard({ voiceActivity: { type: "ACTIVITY_END" } })]).link;
    expect(nextDeadline(ended, rules)).toBe(4 + rules.idleTimeoutMs);
  });

  it("the second time begins anew, and the third is left alone until there is a sign", () => {
    const deaf = { ...links.live, handle: "h1", activity: noActivity(0) };
    const once = { ...deaf, failures: { ...noFailures, unresponsive: 1 as const } };
    const again = play(once, [1, speech(true)], [3_001, { type: "clock" }]);
    expect(again.did).toEqual(["hang up", "keep"]);
    expect(again.link).toMatchObject({ handle: undefined, failures: { unresponsive: 2 } });
    const twice = { ...deaf, failures: { ...noFailures, unresponsive: 2 as const } };
    const left = play(twice, [1, speech(true)]).link;
    expect(nextDeadline(left, rules)).toBe(1 + rules.idleTimeoutMs);
    expect(play(left, [2, started]).link).toMatchObject({ failures: { unresponsive: 0 } });
  });

  it("a resumed session that hears and does not speak is poisoned", () => {
    const resumed = { ...links.live, handle: "h1", activity: noActivity(0), unverified: true };
    const said = play(resumed, [1, speech(true)], [2, started], [3, speech(false)], [4, started]);
    expect(nextDeadline(said.link, rules)).toBe(8_003);
    expect(play(said.link, [8_003, { type: "clock" }]).link).toMatchObject({ handle: undefined });
    expect(nextDeadline(play(said.link, [5, output]).link, rules)).toBe(5 + rules.idleTimeoutMs);
  });
});

describe("[LINK16] what is being said when a session is lost is said again", () => {
  it("until the model has understood it", () => {
    const speaking = play(idle, [1, speech(true)], [2, sound], [3, sound]).link;
    const gone = play(speaking, [4, lost("1006")]);
    expect(gone.link).toMatchObject({ pending: { messages: [frame, frame] } });
    const understood = heard({ serverContent: { inputTranscription: { text: "Hi" } } });
    const heardIt = play(speaking, [4, speech(false)], [5, understood], [6, lost("1006")]);
    expect(heardIt.link).toMatchObject({ pending: { messages: [] }, unanswered: true });
  });

  it("also what began before there was a session: it is being said, and not understood", () => {
    const { link } = play(
      links.parked,
      [1, speech(true)],
      [2, sound],
      [3, { type: "opened" }],
      [4, setupComplete],
    );
    expect(link).toMatchObject({
      activity: { speechSince: 4 },
      utterance: { messages: [frame] },
    });
    const quiet = play(links.parked, [1, speech(true)], [2, sound], [3, speech(false)]).link;
    expect(play(quiet, [4, setupComplete]).link).toMatchObject({
      activity: { unansweredSince: 4 },
    });
  });

  it("what was said before the onset of speech that is still going on was another utterance", () => {
    const two = play(
      idle,
      [1, speech(true)],
      [2, sound],
      [3, speech(false)],
      [4, speech(true)],
      [5, sound],
    );
    const understood = heard({ serverContent: { inputTranscription: { text: "Hi" } } });
    const { link } = play(two.link, [6, understood], [7, lost("1006")]);
    expect(link).toMatchObject({ pending: { messages: [frame] } });
  });

  it("bounded: the oldest sound makes room", () => {
    const script = Array.from({ length: 9 }, (_, at) => [at + 2, sound] as const);
    const { link } = play(idle, [1, speech(true)], ...script, [20, lost("1006")]);
    expect(link).toMatchObject({ pending: { bytes: rules.maxUtteranceBytes } });
  });
});

describe("[LINK17] where nothing stirs the link is parked, and the next word resumes it", () => {
  it("after a minute, with its handle, and without a loss of words", () => {
    expect(nextDeadline(idle, rules)).toBe(rules.idleTimeoutMs);
    const { link, did } = play(idle, [rules.idleTimeoutMs, { type: "clock" }]);
    expect(did).toEqual(["cut", "hang up"]);
    expect(link).toEqual({
      state: "parked",
      handle: "h1",
      unanswered: false,
      speech: false,
      parkAt: undefined,
    });
    expect(play(link, [rules.idleTimeoutMs + 9, sound]).link).toMatchObject({
      state: "dialling",
      handle: "h1",
    });
  });

  it("but not while tools are at work", () => {
    const working = play(idle, [1, { type: "working", on: true }]).link;
    expect(nextDeadline(working, rules)).toBeUndefined();
    expect(nextDeadline(play(working, [9, { type: "working", on: false }]).link, rules)).toBe(
      9 + rules.idleTimeoutMs,
    );
  });
});

describe("[LINK18] a conversation that is over never dials again by itself", () => {
  it.each(Object.keys(links) as UpstreamState["state"][])("%s", (at) => {
    const { link, effects } = play({ ...links[at], handle: "h1" }, [1, { type: "end" }]);
    expect(link).toMatchObject({ state: "parked", handle: undefined });
    expect(effects.at(-1)).toEqual({ type: "keep", handle: undefined });
    expect(play(link, [1e6, { type: "clock" }]).did).toEqual([]);
  });
});
