import { describe, expect, test } from "vitest";
import {
  markInterrupted,
  reduceCaptions,
  emptyCaptions,
  finalize,
  addTyped as typed,
  type Captions,
} from "../../../src/client/state/captions.ts";
import type { ConnectionEvent } from "../../../src/client/connection/connection.ts";

const user = (text: string, finished = false): ConnectionEvent => ({
  kind: "transcript",
  side: "user",
  text,
  finished,
});
const agent = (text: string, finished = false): ConnectionEvent => ({
  kind: "transcript",
  side: "agent",
  text,
  finished,
});
const interrupted: ConnectionEvent = { kind: "interrupted" };
const turnComplete: ConnectionEvent = { kind: "turnComplete" };
const lost: ConnectionEvent = { kind: "state", state: { at: "waiting", inMs: 1, offline: false } };
const back: ConnectionEvent = { kind: "state", state: { at: "open" } };

const after = (heard: readonly ConnectionEvent[], from: Captions = emptyCaptions): Captions =>
  heard.reduce(reduceCaptions, from);

const shown = ({ list }: Captions): string[] =>
  list.map(({ side, text, state }) => `${side}: ${text.trim()}${state === "cut" ? " |cut" : ""}`);

describe("captions", () => {
  test("[PAGE1] a partial is appended and a finished text replaces it, so that nothing doubles", () => {
    const heard = [
      user(" What"),
      user(" time"),
      user("What time is it?", true),
      agent("It is "),
      agent("ten."),
      agent("It is ten.", true),
      turnComplete,
    ];
    expect(shown(after(heard))).toEqual(["user: What time is it?", "agent: It is ten."]);
  });

  test("[PAGE1] a finished text that had no partial is a bubble of its own", () => {
    expect(shown(after([user("Hello.", true), agent("Hi.", true)]))).toEqual([
      "user: Hello.",
      "agent: Hi.",
    ]);
  });

  test("[PAGE2] what the person said goes before an answer that began earlier", () => {
    const heard = [
      agent("It is "),
      user("What time"),
      agent("ten."),
      user("What time is it?", true),
    ];
    expect(shown(after(heard))).toEqual(["user: What time is it?", "agent: It is ten."]);
  });

  test("[PAGE2] even when the answer's words are already complete", () => {
    expect(shown(after([agent("Ten.", true), user("What time is it?", true)]))).toEqual([
      "user: What time is it?",
      "agent: Ten.",
    ]);
  });

  test("[PAGE3] an interrupted answer is marked and keeps the words it had", () => {
    const heard = [
      user("A story.", true),
      agent("Once upon "),
      interrupted,
      agent("a time "),
      agent("Once upon a time there was", true),
      turnComplete,
      user("Stop.", true),
      agent("All right.", true),
    ];
    expect(shown(after(heard))).toEqual([
      "user: A story.",
      "agent: Once upon |cut",
      "user: Stop.",
      "agent: All right.",
    ]);
  });

  test("[PAGE3] so is one whose words were complete while it was still being said", () => {
    expect(shown(after([agent("A long story.", true), interrupted]))).toEqual([
      "agent: A long story. |cut",
    ]);
  });

  test("[PAGE3] one that the page stopped is marked the same way", () => {
    expect(shown(markInterrupted(after([agent("Once ")])))).toEqual(["agent: Once |cut"]);
  });

  test("[PAGE3] an interruption of nothing changes nothing", () => {
    const before = after([user("Hi.", true), agent("Hello.", true), turnComplete]);
    expect(shown(after([interrupted, turnComplete], before))).toEqual(shown(before));
  });

  test("[PAGE4] typed text is shown at once, and its echo is not shown again", () => {
    const before = typed(emptyCaptions, "What time is it?", false);
    expect(shown(before)).toEqual(["user: What time is it?"]);
    const echoes = [user(" what time"), user(" is it"), user("What time is it", true)];
    expect(shown(after([...echoes, agent("Ten.")], before))).toEqual([
      "user: What time is it?",
      "agent: Ten.",
    ]);
  });

  test("[PAGE4] what only begins like a typed text is not swallowed", () => {
    const before = typed(emptyCaptions, "Yes, please.", false);
    expect(shown(after([user("Yes"), user(" but no")], before))).toEqual([
      "user: Yes, please.",
      "user: Yes but no",
    ]);
    expect(shown(after([user("Yes.", true)], before))).toEqual([
      "user: Yes, please.",
      "user: Yes.",
    ]);
  });

  test("[PAGE4] text typed on another device is shown, one's own is not shown twice", () => {
    const before = typed(emptyCaptions, "Hello", false);
    const heard: ConnectionEvent[] = [
      { kind: "typed", text: "Hello" },
      { kind: "typed", text: "Hi from my phone" },
    ];
    expect(shown(after(heard, before))).toEqual(["user: Hello", "user: Hi from my phone"]);
  });

  test("[PAGE4] text typed while away waits, visibly, until the link is back", () => {
    const before = typed(emptyCaptions, "Hello", true);
    expect(before.list[0]?.state).toBe("waiting");
    expect(after([back], before).list[0]?.state).toBe("done");
  });

  test("[PAGE5] words said over an answer come after it and belong to the next turn", () => {
    const heard = [
      user("A story.", true),
      agent("Once "),
      user("Wait"),
      interrupted,
      turnComplete,
      user(" stop"),
      user("Wait, stop.", true),
      agent("Yes?", true),
    ];
    expect(shown(after(heard))).toEqual([
      "user: A story.",
      "agent: Once |cut",
      "user: Wait, stop.",
      "agent: Yes?",
    ]);
  });

  test("[PAGE5] text typed over an answer does not tear it", () => {
    const before = typed(after([user("A story.", true), agent("Once ")]), "And then?", false);
    expect(shown(after([agent("upon "), turnComplete, agent("Then…")], before))).toEqual([
      "user: A story.",
      "agent: Once upon",
      "user: And then?",
      "agent: Then…",
    ]);
  });

  test("[PAGE6] when the end of a turn was missed, the person's next words end it", () => {
    const heard = [user("A story.", true), agent("Once "), interrupted, user("Hello?", true)];
    expect(shown(after([...heard, agent("I am "), agent("I am here.", true)]))).toEqual([
      "user: A story.",
      "agent: Once |cut",
      "user: Hello?",
      "agent: I am here.",
    ]);
  });

  test("[PAGE6] an answer that goes on after a short absence is still one bubble", () => {
    const heard = [agent("One "), lost, back, agent("three"), agent("One two three.", true)];
    expect(shown(after(heard))).toEqual(["agent: One two three."]);
  });

  test("[PAGE7] a tool in the middle of an answer parts it in two, and neither replaces the other", () => {
    const heard: ConnectionEvent[] = [
      agent("Let me look. "),
      agent("Let me look.", true),
      { kind: "tool", name: "get_weather" },
      agent("It "),
      agent("It rains.", true),
      turnComplete,
    ];
    expect(shown(after(heard))).toEqual([
      "agent: Let me look.",
      "note: Using get weather",
      "agent: It rains.",
    ]);
  });

  test("[PAGE8] blanks between characters of scripts that have none are taken out", () => {
    expect(shown(after([user("今 何 時 ですか OK then", true)]))).toEqual([
      "user: 今何時ですか OK then",
    ]);
  });

  test("[PAGE9] what was still growing when the conversation was left is never written to again", () => {
    const left = finalize(after([user("Hi"), agent("Hel")]));
    expect(left.list.map(({ state }) => state)).toEqual(["done", "done"]);
    expect(shown(after([agent("Welcome back.", true)], left)).at(-1)).toBe("agent: Welcome back.");
    expect(left.list).toHaveLength(2);
  });

  test("[PAGE9] what still waited when the conversation was left is marked as never sent", () => {
    expect(finalize(typed(emptyCaptions, "Hello?", true)).list[0]?.state).toBe("unsent");
  });

  test("[PAGE9] a very long transcript keeps its newest bubbles", () => {
    const long = after(Array.from({ length: 1000 }, (_, i) => user(`${i}`, true)));
    expect(long.list.length).toBeLessThan(1000);
    expect(long.list.at(-1)?.text).toBe("999");
  });
});
