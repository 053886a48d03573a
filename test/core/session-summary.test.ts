import { describe, expect, it } from "vitest";
import { listedState, titleOf } from "../../src/core/adk/session-summary.ts";
import { finalState, numberTurns } from "../../src/core/adk/imported-history.ts";
import { noActions, type Event } from "../../src/wire/adk.ts";

const event = (more: Partial<Event>): Event => ({
  id: "i",
  invocationId: "e-1",
  author: "user",
  timestamp: 1,
  actions: noActions,
  ...more,
});

describe("[DIR2] a conversation's title is its first user text", () => {
  it("typed or spoken, in one line, up to 60 characters", () => {
    expect(titleOf(event({ content: { parts: [{ text: " a\n b " }] } }))).toBe("a b");
    expect(titleOf(event({ inputTranscription: { text: "Hi.", finished: true } }))).toBe("Hi.");
    expect(titleOf(event({}))).toBe("");
    const long = titleOf(event({ content: { parts: [{ text: "🎲".repeat(70) }] } }));
    expect(long).toBe(`${"🎲".repeat(59)}…`);
  });
});

describe("[DIR3] a list contains a small state whole, and only the name of a large one", () => {
  it("the limit keeps a list of a thousand sendable", () => {
    const name = { displayName: "Mugs" };
    const large = { __session_metadata__: name, cart: "x".repeat(5000) };
    expect(listedState({ a: 1 })).toEqual({ a: 1 });
    expect(listedState(large)).toEqual({ __session_metadata__: name });
    expect(listedState({ cart: large.cart })).toEqual({});
  });
});

describe("[SESS9] an imported history is numbered in turns, and its changes of state apply", () => {
  it("a turn begins with a user event after another author's", () => {
    const authors = ["user", "user", "ada", "ada", "user", "ada"];
    const events = authors.map((author, n) =>
      event({ author, actions: { ...noActions, stateDelta: { n } } }),
    );
    expect(numberTurns(events).map(({ turn }) => turn)).toEqual([1, 1, 1, 1, 2, 2]);
    expect(finalState({ a: 1, n: "first" }, events)).toEqual({ a: 1, n: 5 });
  });
});
