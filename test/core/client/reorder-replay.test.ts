import { describe, expect, test } from "vitest";
import {
  reduceCaptions,
  emptyCaptions,
  addTyped as typed,
  type Captions,
} from "../../../src/client/state/captions.ts";
import type { ConnectionEvent } from "../../../src/client/connection/connection.ts";

const user = (text: string): ConnectionEvent => ({
  kind: "transcript",
  side: "user",
  text,
  finished: true,
});
const agent = (text: string, finished = true): ConnectionEvent => ({
  kind: "transcript",
  side: "agent",
  text,
  finished,
});
const interrupted: ConnectionEvent = { kind: "interrupted" };
const turnComplete: ConnectionEvent = { kind: "turnComplete" };
const recalled = (whole: boolean, ...heard: ConnectionEvent[]): ConnectionEvent => ({
  kind: "recalled",
  whole,
  heard,
});

const after = (heard: readonly ConnectionEvent[], from: Captions = emptyCaptions): Captions =>
  heard.reduce(reduceCaptions, from);
const shown = ({ list }: Captions): string[] =>
  list.map(
    ({ side, text, state }) => `${side}: ${text.trim()}${state === "done" ? "" : ` |${state}`}`,
  );

describe("what was said while the page was away", () => {
  test("[PAGE32] an answer whose words were growing is completed, not doubled", () => {
    const heard = [
      user("A story."),
      agent("Once ", false),
      recalled(false, agent("Once upon a time."), turnComplete, user("More."), agent("There was.")),
    ];
    expect(shown(after(heard))).toEqual([
      "user: A story.",
      "agent: Once upon a time.",
      "user: More.",
      "agent: There was.",
    ]);
  });

  test("[PAGE32] the whole takes the place of what was shown, and ids are not used twice", () => {
    const before = after([user("A story."), agent("Once ", false)]);
    const all = after([recalled(true, user("A story."), agent("Once upon a time."))], before);
    expect(shown(all)).toEqual(["user: A story.", "agent: Once upon a time."]);
    const ids = new Set(before.list.map(({ id }) => id));
    expect(all.list.filter(({ id }) => ids.has(id))).toEqual([]);
  });

  test("[PAGE32] an answer that the log calls cut before it has its words is marked as cut", () => {
    const log = [user("A story."), interrupted, agent("Once upon"), turnComplete, user("Stop.")];
    expect(shown(after([recalled(true, ...log)]))).toEqual([
      "user: A story.",
      "agent: Once upon |cut",
      "user: Stop.",
    ]);
  });

  test("[PAGE4] what still waits stays, at the end; what was taken meanwhile is there once", () => {
    const waiting = typed(typed(emptyCaptions, "One", true, "t-1"), "Two", true, "t-2");
    const log: ConnectionEvent[] = [
      agent("Hello."),
      turnComplete,
      { kind: "typed", text: "One", id: "t-1" },
    ];
    const all = after([recalled(true, ...log)], waiting);
    expect(shown(all)).toEqual(["agent: Hello.", "user: One", "user: Two |waiting"]);
    const taken: ConnectionEvent = { kind: "typed", text: "Two", id: "t-2" };
    expect(shown(after([taken], all)).at(-1)).toBe("user: Two");
    expect(after([taken], all).list).toHaveLength(3);
  });

  test("[PAGE4] the same words of somebody else are theirs", () => {
    const mine = typed(emptyCaptions, "Yes", false, "t-1");
    const heard: ConnectionEvent[] = [
      { kind: "typed", text: "Yes", id: "t-1" },
      { kind: "typed", text: "Yes", id: "t-2" },
    ];
    expect(shown(after(heard, mine))).toEqual(["user: Yes", "user: Yes"]);
  });

  test("[PAGE4] what was not taken is marked as not sent", () => {
    const mine = typed(emptyCaptions, "Yes", false, "t-1");
    expect(shown(after([{ kind: "notTaken", id: "t-1" }], mine))).toEqual(["user: Yes |unsent"]);
  });

  test("[PAGE32] sound that was missed is noted", () => {
    expect(shown(after([{ kind: "skipped", ms: 2_400 }]))).toEqual([
      "note: Missed 2 s of the voice",
    ]);
  });
});

test("[PAGE38] after a handover each answer has its speaker", () => {
  const heard: ConnectionEvent[] = [
    user("Roll."),
    agent("A five."),
    turnComplete,
    { kind: "speaker", name: "primes" },
    agent("Five is prime."),
  ];
  expect(after(heard).list.map(({ speaker }) => speaker)).toEqual([undefined, undefined, "primes"]);
});
