import { describe, expect, test } from "vitest";
import {
  reduceCaptions,
  emptyCaptions,
  addTyped,
  type Captions,
} from "../../../packages/client/src/state/captions.ts";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";

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
const replay = (complete: boolean, ...events: ConnectionEvent[]): ConnectionEvent => ({
  kind: "replay",
  complete,
  events,
});

const reduce = (events: readonly ConnectionEvent[], from: Captions = emptyCaptions): Captions =>
  events.reduce(reduceCaptions, from);
const render = ({ list }: Captions): string[] =>
  list.map(
    ({ side, text, state }) => `${side}: ${text.trim()}${state === "final" ? "" : ` |${state}`}`,
  );

describe("a replay of missed events", () => {
  test("[PAGE32] a partial answer is completed, not duplicated", () => {
    const events = [
      user("A story."),
      agent("Once ", false),
      replay(false, agent("Once upon a time."), turnComplete, user("More."), agent("There was.")),
    ];
    expect(render(reduce(events))).toEqual([
      "user: A story.",
      "agent: Once upon a time.",
      "user: More.",
      "agent: There was.",
    ]);
  });

  test("[PAGE32] a complete replay replaces the captions and does not reuse their ids", () => {
    const before = reduce([user("A story."), agent("Once ", false)]);
    const all = reduce([replay(true, user("A story."), agent("Once upon a time."))], before);
    expect(render(all)).toEqual(["user: A story.", "agent: Once upon a time."]);
    const ids = new Set(before.list.map(({ id }) => id));
    expect(all.list.filter(({ id }) => ids.has(id))).toEqual([]);
  });

  test("[PAGE32] an interruption that the log has before the answer marks that answer", () => {
    const log = [user("A story."), interrupted, agent("Once upon"), turnComplete, user("Stop.")];
    expect(render(reduce([replay(true, ...log)]))).toEqual([
      "user: A story.",
      "agent: Once upon |interrupted",
      "user: Stop.",
    ]);
  });

  test.each([
    ["spoken", [interrupted, user("Stop, please.")]],
    ["typed", [{ kind: "typed", text: "Stop, please." }, interrupted]],
  ] as const)(
    "[PAGE123] what was %s over an answer comes after it, for a late joiner too",
    (_, cut) => {
      const log = [user("A story."), ...cut, agent("Once upon"), turnComplete, agent("Yes?")];
      expect(render(reduce([replay(true, ...log)]))).toEqual([
        "user: A story.",
        "agent: Once upon |interrupted",
        "user: Stop, please.",
        "agent: Yes?",
      ]);
    },
  );

  test("[PAGE123] an interruption of an answer without a word moves nothing out of its turn", () => {
    const log = [user("A story."), interrupted, user("No, a song."), turnComplete, agent("La.")];
    expect(render(reduce([replay(true, ...log)]))).toEqual([
      "user: A story.",
      "user: No, a song.",
      "agent: La.",
    ]);
  });

  test("[PAGE4] queued text stays at the end; text that was delivered meanwhile appears once", () => {
    const queued = addTyped(addTyped(emptyCaptions, "One", true, "t-1"), "Two", true, "t-2");
    const log: ConnectionEvent[] = [
      agent("Hello."),
      turnComplete,
      { kind: "typed", text: "One", id: "t-1" },
    ];
    const all = reduce([replay(true, ...log)], queued);
    expect(render(all)).toEqual(["agent: Hello.", "user: One", "user: Two |queued"]);
    const taken: ConnectionEvent = { kind: "typed", text: "Two", id: "t-2" };
    expect(render(reduce([taken], all)).at(-1)).toBe("user: Two");
    expect(reduce([taken], all).list).toHaveLength(3);
  });

  test("[PAGE4] the same text of another participant is shown", () => {
    const own = addTyped(emptyCaptions, "Yes", false, "t-1");
    const events: ConnectionEvent[] = [
      { kind: "typed", text: "Yes", id: "t-1" },
      { kind: "typed", text: "Yes", id: "t-2" },
    ];
    expect(render(reduce(events, own))).toEqual(["user: Yes", "user: Yes"]);
  });

  test("[PAGE4] rejected text is marked as unsent", () => {
    const own = addTyped(emptyCaptions, "Yes", false, "t-1");
    expect(render(reduce([{ kind: "textRejected", id: "t-1" }], own))).toEqual([
      "user: Yes |unsent",
    ]);
  });

  test("[PAGE32] skipped audio is noted", () => {
    expect(render(reduce([{ kind: "audioSkipped", ms: 2_400 }]))).toEqual([
      "note: Missed 2 s of the voice",
    ]);
  });
});

test("[PAGE38] after a transfer each answer has its agent's name", () => {
  const events: ConnectionEvent[] = [
    user("Roll."),
    agent("A five."),
    turnComplete,
    { kind: "agentChanged", name: "primes" },
    agent("Five is prime."),
  ];
  expect(reduce(events).list.map(({ speaker }) => speaker)).toEqual([
    undefined,
    undefined,
    "primes",
  ]);
});
