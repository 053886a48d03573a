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

describe("[DIR2] a conversation is named by its first words", () => {
  it("typed or spoken, on one line, of at most 60 characters", () => {
    expect(titleOf(event({ content: { parts: [{ text: " a\n b " }] } }))).toBe("a b");
    expect(titleOf(event({ inputTranscription: { text: "Hi.", finished: true } }))).toBe("Hi.");
    expect(titleOf(event({}))).toBe("");
    const long = titleOf(event({ content: { parts: [{ text: "🎲".repeat(70) }] } }));
    expect(long).toBe(`${"🎲".repeat(59)}…`);
  });
});

describe("[DIR3] a list carries a small state whole, of a large one the name", () => {
  it("so that a list of a thousand can be sent", () => {
    const name = { displayName: "Mugs" };
    const large = { __session_metadata__: name, cart: "x".repeat(5000) };
    expect(listedState({ a: 1 })).toEqual({ a: 1 });
    expect(listedState(large)).toEqual({ __session_metadata__: name });
    expect(listedState({ cart: large.cart })).toEqual({});
  });
});

describe("[SESS9] a past has turns, and leaves its state", () => {
  it("a turn begins where the user speaks after somebody else", () => {
    const authors = ["user", "user", "ada", "ada", "user", "ada"];
    const past = authors.map((author, n) =>
      event({ author, actions: { ...noActions, stateDelta: { n } } }),
    );
    expect(numberTurns(past).map(({ turn }) => turn)).toEqual([1, 1, 1, 1, 2, 2]);
    expect(finalState({ a: 1, n: "first" }, past)).toEqual({ a: 1, n: 5 });
  });
});
