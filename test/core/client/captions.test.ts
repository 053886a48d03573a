import { describe, expect, test } from "vitest";
import {
  markInterrupted,
  reduceCaptions,
  emptyCaptions,
  finalize,
  addTyped,
  type Captions,
} from "../../../packages/client/src/state/captions.ts";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";

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
const disconnected: ConnectionEvent = {
  kind: "state",
  state: { status: "backoff", retryInMs: 1, offline: false },
};
const reconnected: ConnectionEvent = { kind: "state", state: { status: "open" } };

const reduce = (events: readonly ConnectionEvent[], from: Captions = emptyCaptions): Captions =>
  events.reduce(reduceCaptions, from);

const render = ({ list }: Captions): string[] =>
  list.map(
    ({ side, text, state }) =>
      `${side}: ${text.trim()}${state === "interrupted" ? " |interrupted" : ""}`,
  );

describe("captions", () => {
  test("[PAGE1] partials are appended and a finished transcript replaces them", () => {
    const events = [
      user(" What"),
      user(" time"),
      user("What time is it?", true),
      agent("It is "),
      agent("ten."),
      agent("It is ten.", true),
      turnComplete,
    ];
    expect(render(reduce(events))).toEqual(["user: What time is it?", "agent: It is ten."]);
  });

  test("[PAGE1] a finished transcript without partials is a caption of its own", () => {
    expect(render(reduce([user("Hello.", true), agent("Hi.", true)]))).toEqual([
      "user: Hello.",
      "agent: Hi.",
    ]);
  });

  test("[PAGE2] the user transcript is inserted before an answer that began earlier", () => {
    const events = [
      agent("It is "),
      user("What time"),
      agent("ten."),
      user("What time is it?", true),
    ];
    expect(render(reduce(events))).toEqual(["user: What time is it?", "agent: It is ten."]);
  });

  test("[PAGE2] the user transcript is inserted before an answer whose transcript is already finished", () => {
    expect(render(reduce([agent("Ten.", true), user("What time is it?", true)]))).toEqual([
      "user: What time is it?",
      "agent: Ten.",
    ]);
  });

  test("[PAGE3] an interrupted answer is marked and keeps its text", () => {
    const events = [
      user("A story.", true),
      agent("Once upon "),
      interrupted,
      agent("a time "),
      agent("Once upon a time there was", true),
      turnComplete,
      user("Stop.", true),
      agent("All right.", true),
    ];
    expect(render(reduce(events))).toEqual([
      "user: A story.",
      "agent: Once upon |interrupted",
      "user: Stop.",
      "agent: All right.",
    ]);
  });

  test("[PAGE3] an answer is marked as interrupted although its transcript was finished", () => {
    expect(render(reduce([agent("A long story.", true), interrupted]))).toEqual([
      "agent: A long story. |interrupted",
    ]);
  });

  test("[PAGE3] an answer that the page stopped is marked as interrupted", () => {
    expect(render(markInterrupted(reduce([agent("Once ")])))).toEqual(["agent: Once |interrupted"]);
  });

  test("[PAGE3] an interruption without an answer changes nothing", () => {
    const before = reduce([user("Hi.", true), agent("Hello.", true), turnComplete]);
    expect(render(reduce([interrupted, turnComplete], before))).toEqual(render(before));
  });

  test("[PAGE4] typed text is shown at once and its echo is suppressed", () => {
    const before = addTyped(emptyCaptions, "What time is it?", false);
    expect(render(before)).toEqual(["user: What time is it?"]);
    const echoes = [user(" what time"), user(" is it"), user("What time is it", true)];
    expect(render(reduce([...echoes, agent("Ten.")], before))).toEqual([
      "user: What time is it?",
      "agent: Ten.",
    ]);
  });

  test("[PAGE4] a transcript that only begins like a typed text is shown", () => {
    const before = addTyped(emptyCaptions, "Yes, please.", false);
    expect(render(reduce([user("Yes"), user(" but no")], before))).toEqual([
      "user: Yes, please.",
      "user: Yes but no",
    ]);
    expect(render(reduce([user("Yes.", true)], before))).toEqual([
      "user: Yes, please.",
      "user: Yes.",
    ]);
  });

  test("[PAGE4] text typed on another device is shown, and the page's own text is not duplicated", () => {
    const before = addTyped(emptyCaptions, "Hello", false);
    const events: ConnectionEvent[] = [
      { kind: "typed", text: "Hello" },
      { kind: "typed", text: "Hi from my phone" },
    ];
    expect(render(reduce(events, before))).toEqual(["user: Hello", "user: Hi from my phone"]);
  });

  test("[PAGE4] text typed while disconnected is shown as queued until the connection is open", () => {
    const before = addTyped(emptyCaptions, "Hello", true);
    expect(before.list[0]?.state).toBe("queued");
    expect(reduce([reconnected], before).list[0]?.state).toBe("final");
  });

  test("[PAGE5] user input during an answer is placed after it and belongs to the next turn", () => {
    const events = [
      user("A story.", true),
      agent("Once "),
      user("Wait"),
      interrupted,
      turnComplete,
      user(" stop"),
      user("Wait, stop.", true),
      agent("Yes?", true),
    ];
    expect(render(reduce(events))).toEqual([
      "user: A story.",
      "agent: Once |interrupted",
      "user: Wait, stop.",
      "agent: Yes?",
    ]);
  });

  test("[PAGE5] text typed during an answer does not split the answer", () => {
    const before = addTyped(reduce([user("A story.", true), agent("Once ")]), "And then?", false);
    expect(render(reduce([agent("upon "), turnComplete, agent("Then…")], before))).toEqual([
      "user: A story.",
      "agent: Once upon",
      "user: And then?",
      "agent: Then…",
    ]);
  });

  test("[PAGE6] without turnComplete the next user input ends an interrupted turn", () => {
    const events = [user("A story.", true), agent("Once "), interrupted, user("Hello?", true)];
    expect(render(reduce([...events, agent("I am "), agent("I am here.", true)]))).toEqual([
      "user: A story.",
      "agent: Once |interrupted",
      "user: Hello?",
      "agent: I am here.",
    ]);
  });

  test("[PAGE6] an answer that continues after a reconnect stays one caption", () => {
    const events = [
      agent("One "),
      disconnected,
      reconnected,
      agent("three"),
      agent("One two three.", true),
    ];
    expect(render(reduce(events))).toEqual(["agent: One two three."]);
  });

  test("[CALL15] a tool's message is a note, and does not split a growing answer", () => {
    const events: ConnectionEvent[] = [
      agent("It is "),
      { kind: "toolMessage", text: "Page 1 of 2." },
      agent("read."),
      agent("It is read.", true),
      turnComplete,
    ];
    expect(render(reduce(events))).toEqual(["agent: It is read.", "note: Page 1 of 2."]);
  });

  test("[PAGE85] a tool's picture and the reason of a transfer are notes", () => {
    const picture = new Blob(["x"], { type: "image/png" });
    const { list } = reduce([
      { kind: "toolPicture", picture },
      { kind: "transferred", to: "front_desk", reason: "A refund." },
    ]);
    expect(list.map(({ side, text, picture }) => ({ side, text, picture }))).toEqual([
      { side: "note", text: "", picture },
      { side: "note", text: "Transferred to front desk: A refund.", picture: undefined },
    ]);
  });

  test("[PAGE7] a tool call splits an answer into two captions", () => {
    const events: ConnectionEvent[] = [
      agent("Let me look. "),
      agent("Let me look.", true),
      { kind: "toolCall", name: "get_weather" },
      agent("It "),
      agent("It rains.", true),
      turnComplete,
    ];
    expect(render(reduce(events))).toEqual([
      "agent: Let me look.",
      "note: Using get weather",
      "agent: It rains.",
    ]);
  });

  test("[PAGE8] spaces between CJK characters are removed", () => {
    expect(render(reduce([user("今 何 時 ですか OK then", true)]))).toEqual([
      "user: 今何時ですか OK then",
    ]);
  });

  test("[PAGE9] leaving the conversation finalizes partial captions", () => {
    const final = finalize(reduce([user("Hi"), agent("Hel")]));
    expect(final.list.map(({ state }) => state)).toEqual(["final", "final"]);
    expect(render(reduce([agent("Welcome back.", true)], final)).at(-1)).toBe(
      "agent: Welcome back.",
    );
    expect(final.list).toHaveLength(2);
  });

  test("[PAGE9] leaving the conversation marks queued text as unsent", () => {
    expect(finalize(addTyped(emptyCaptions, "Hello?", true)).list[0]?.state).toBe("unsent");
  });

  test("[PAGE9] a very long transcript keeps its newest captions", () => {
    const long = reduce(Array.from({ length: 1000 }, (_, i) => user(`${i}`, true)));
    expect(long.list.length).toBeLessThan(1000);
    expect(long.list.at(-1)?.text).toBe("999");
  });
});
