import { describe, expect, it } from "vitest";
import { stampEvent } from "../../src/core/adk/event.ts";
import { historyInstruction, historyOf as recalled } from "../../src/core/adk/history.ts";
import type { Event, EventBody } from "../../src/wire/adk.ts";

const memoryOf = (events: readonly Event[], handedOver = false) => recalled(events, 0, handedOver);

const event = (body: EventBody): Event => stampEvent(body, { id: "", invocationId: "", now: 0 });
const typed = (text: string) =>
  event({ author: "user", content: { role: "user", parts: [{ text }] } });
const spoken = (text: string) =>
  event({ author: "user", partial: false, inputTranscription: { text, finished: true } });
const said = (text: string, author = "dice") =>
  event({ author, partial: false, outputTranscription: { text, finished: true } });
const over = event({ author: "dice", turnComplete: true });
const called = event({
  author: "dice",
  content: { role: "model", parts: [{ functionCall: { name: "x" } }] },
});

const user = (...texts: string[]) => ({ role: "user", parts: texts.map((text) => ({ text })) });
const model = (...texts: string[]) => ({ role: "model", parts: texts.map((text) => ({ text })) });

describe("[MEMORY1] a new session is told what was said before it, in true roles", () => {
  it("whoever spoke, typed or said; what one side said in a row is one turn", () => {
    const events = [
      typed("Hi."),
      said("Hello!"),
      over,
      spoken("Roll."),
      called,
      said("Four."),
      over,
    ];
    expect(memoryOf([...events, said("Anything else?", "primes"), over])).toEqual({
      turns: [user("Hi."), model("Hello!"), user("Roll."), model("Four.", "Anything else?")],
      unansweredText: undefined,
    });
  });

  it("of a long talk, the end", () => {
    const long = Array.from({ length: 100 }, (_, at) => said(`${at} ${"x".repeat(996)}`));
    const [turn] = memoryOf([...long, over]).turns;
    expect(turn?.parts?.length).toBeLessThanOrEqual(32);
    expect(turn?.parts?.at(-1)?.text).toMatch(/^99 /);
  });
});

describe("[MEMORY2] the user's last words are owed an answer until a turn was completed after them", () => {
  it("nothing answered them", () => {
    expect(memoryOf([said("Hello!"), over, spoken("Is seven"), typed("prime?")])).toEqual({
      turns: [model("Hello!")],
      unansweredText: "Is seven\nprime?",
    });
  });

  it("silence is an answer, when the turn is over", () => {
    expect(memoryOf([spoken("Hm."), over])).toEqual({
      turns: [user("Hm.")],
      unansweredText: undefined,
    });
  });

  it("an answer that was begun is one", () => {
    expect(memoryOf([spoken("Tell a story."), said("Once")]).unansweredText).toBeUndefined();
  });

  it("but not what an agent says in handing over", () => {
    const events = [said("Hello!"), over, spoken("Is 7 prime?"), said("One moment."), called];
    expect(memoryOf(events, true)).toEqual({
      turns: [model("Hello!")],
      unansweredText: "Is 7 prime?",
    });
  });
});

describe("[MEMORY3] a model that takes no history reads it in its instruction", () => {
  it("as lines", () => {
    const memory = memoryOf([spoken("Hi."), said("Hello!"), over]);
    expect(historyInstruction(memory)).toBe(
      "The conversation so far, which goes on now:\nUser: Hi.\nYou: Hello!",
    );
    expect(historyInstruction(memoryOf([]))).toBe("");
  });
});
