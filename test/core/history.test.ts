import { describe, expect, it } from "vitest";
import { stampEvent } from "../../src/core/adk/event.ts";
import { historyInstruction, historyOf as recalled } from "../../src/core/adk/history.ts";
import { noActions, type Event, type EventBody } from "../../src/wire/adk.ts";

const historyIn = (events: readonly Event[], transferred = false) =>
  recalled(events, 0, transferred);

const event = (body: EventBody): Event => stampEvent(body, { id: "", invocationId: "", now: 0 });
const typed = (text: string) =>
  event({ author: "user", content: { role: "user", parts: [{ text }] } });
const spoken = (text: string) =>
  event({ author: "user", partial: false, inputTranscription: { text, finished: true } });
const finalTranscript = (text: string, author = "dice") =>
  event({ author, partial: false, outputTranscription: { text, finished: true } });
const over = event({ author: "dice", turnComplete: true });
const called = event({
  author: "dice",
  content: { role: "model", parts: [{ functionCall: { name: "x" } }] },
});

const user = (...texts: string[]) => ({ role: "user", parts: texts.map((text) => ({ text })) });
const model = (...texts: string[]) => ({ role: "model", parts: texts.map((text) => ({ text })) });

describe("[MEMORY1] The relay must seed a new session with the history, in true roles", () => {
  it("includes typed and spoken turns, and joins consecutive texts of one role", () => {
    const events = [
      typed("Hi."),
      finalTranscript("Hello!"),
      over,
      spoken("Roll."),
      called,
      finalTranscript("Four."),
      over,
    ];
    expect(historyIn([...events, finalTranscript("Anything else?", "primes"), over])).toEqual({
      turns: [user("Hi."), model("Hello!"), user("Roll."), model("Four.", "Anything else?")],
      unansweredText: undefined,
    });
  });

  it("keeps the end of a long conversation", () => {
    const long = Array.from({ length: 100 }, (_, at) =>
      finalTranscript(`${at} ${"x".repeat(996)}`),
    );
    const [turn] = historyIn([...long, over]).turns;
    expect(turn?.parts?.length).toBeLessThanOrEqual(32);
    expect(turn?.parts?.at(-1)?.text).toMatch(/^99 /);
  });
});

describe("[MEMORY4] The history must contain the text of imported events, and no text twice", () => {
  const written = (text: string, ...more: object[]) =>
    event({ author: "lab", content: { role: "model", parts: [{ text }, ...more] } });

  it("of the model and of the user", () => {
    expect(historyIn([typed("Sky?"), written("It is clear.")])).toEqual({
      turns: [user("Sky?"), model("It is clear.")],
      unansweredText: undefined,
    });
    const noRole = event({ author: "lab", content: { parts: [{ text: "A" }, { text: "B" }] } });
    expect(historyIn([noRole]).turns).toEqual([model("AB")]);
  });

  it("beside a function call, code or a file; without thoughts and a tool's response", () => {
    const call = written("I look.", { functionCall: { name: "look" } });
    const result = event({
      author: "lab",
      content: { role: "user", parts: [{ functionResponse: { name: "look" } }, { text: "x" }] },
    });
    const answer = written(
      "Clear.",
      { executableCode: { code: "1" } },
      { text: "?", thought: true },
    );
    expect(historyIn([typed("Sky?"), call, result, answer]).turns).toEqual([
      user("Sky?"),
      model("I look.", "Clear."),
    ]);
  });

  it("counts a written answer as the end of its turn, also at a transfer", () => {
    expect(historyIn([typed("Sky?"), written("Clear."), spoken("Is 7 prime?")], true)).toEqual({
      turns: [user("Sky?"), model("Clear.")],
      unansweredText: "Is 7 prime?",
    });
  });

  it("has a spoken turn only as its transcript", () => {
    const thought = written("I compute.", { executableCode: { code: "1" } });
    const both = event({
      author: "lab",
      content: { role: "model", parts: [{ text: "Four." }] },
      outputTranscription: { text: "Four.", finished: true },
    });
    expect(historyIn([spoken("2+2?"), thought, both, over]).turns).toEqual([
      user("2+2?"),
      model("Four."),
    ]);
  });
});

describe("[MEMORY7] The history must not contain what a rewind took back", () => {
  const within = (invocationId: string, body: EventBody): Event =>
    stampEvent(body, { id: "", invocationId, now: 0 });
  const said = (invocationId: string, text: string) =>
    within(invocationId, { author: "user", content: { role: "user", parts: [{ text }] } });
  const rewind = (rewindBeforeInvocationId: string) =>
    within("r", { author: "user", actions: { ...noActions, rewindBeforeInvocationId } });

  it("from the named invocation on, and nothing for an unknown one", () => {
    const events = [said("a", "One."), said("b", "Two."), said("c", "Three.")];
    const texts = (...more: Event[]) => historyIn([...events, ...more]).unansweredText;
    expect(texts(rewind("b"), said("d", "Four."))).toBe("One.\nFour.");
    expect(texts(rewind("x"))).toBe("One.\nTwo.\nThree.");
    expect(texts(rewind("c"), rewind("b"))).toBe("One.");
  });
});

describe("[MEMORY2] The user's last message must count as unanswered until a turn completes after it", () => {
  it("counts input without an answer as unanswered", () => {
    expect(
      historyIn([finalTranscript("Hello!"), over, spoken("Is seven"), typed("prime?")]),
    ).toEqual({
      turns: [model("Hello!")],
      unansweredText: "Is seven\nprime?",
    });
  });

  it("counts a turn that completed silently as an answer", () => {
    expect(historyIn([spoken("Hm."), over])).toEqual({
      turns: [user("Hm.")],
      unansweredText: undefined,
    });
  });

  it("counts a started answer as an answer", () => {
    expect(
      historyIn([spoken("Tell a story."), finalTranscript("Once")]).unansweredText,
    ).toBeUndefined();
  });

  it("[MEMORY5] does not count the filler of a model that thinks as an answer", () => {
    const filler = event({ author: "dice", turnComplete: true, interactionStatus: "IN_PROGRESS" });
    const asked = [spoken("Is 7 prime?"), finalTranscript("Let me think."), filler];
    expect(historyIn([finalTranscript("Hello!"), over, ...asked])).toEqual({
      turns: [model("Hello!")],
      unansweredText: "Is 7 prime?",
    });
    const answered = [...asked, finalTranscript("Yes.")];
    const turns = [user("Is 7 prime?"), model("Let me think.", "Yes.")];
    expect(historyIn(answered)).toEqual({ turns, unansweredText: undefined });
    expect(historyIn([...answered, over])).toEqual({ turns, unansweredText: undefined });
  });

  it("does not count an agent's text before a transfer", () => {
    const events = [
      finalTranscript("Hello!"),
      over,
      spoken("Is 7 prime?"),
      finalTranscript("One moment."),
      called,
    ];
    expect(historyIn(events, true)).toEqual({
      turns: [model("Hello!")],
      unansweredText: "Is 7 prime?",
    });
  });
});

describe("[MEMORY3] If a model does not accept history, the relay must put the history into the instruction", () => {
  it("writes the turns as lines", () => {
    const history = historyIn([spoken("Hi."), finalTranscript("Hello!"), over]);
    expect(historyInstruction(history)).toBe(
      "The conversation so far, which goes on now:\nUser: Hi.\nYou: Hello!",
    );
    expect(historyInstruction(historyIn([]))).toBe("");
  });
});
