import type { Content } from "@google/genai";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PLACES } from "../../../src/emulator/core/brain/words/places.ts";
import { STORIES } from "../../../src/emulator/core/brain/data/stories.ts";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { inWords, numberAt } from "../../../src/emulator/core/brain/words/numbers.ts";
import { plain } from "../../../src/emulator/core/brain/words/plain.ts";
import {
  model,
  reply,
  contextOf,
  seeded,
  spoken,
  stepsOf,
  converse,
  user,
  type Setting,
} from "./conversation.ts";

const brain = rulesBrain({ zone: "UTC" });

/** Each row: the user's turns, separated by " | ", and the last reply or a pattern of it. */
function rows(list: readonly (readonly [string, RegExp | string])[], setting?: Setting): void {
  it.each(list)("%s", async (lines, expected) => {
    const answer = await reply(brain, lines.split(" | "), setting);
    if (typeof expected === "string") expect(answer).toBe(expected);
    else expect(answer).toMatch(expected);
  });
}

it("[BRAIN2] keeps no state: the same context and random numbers give the same reply", async () => {
  for (const text of ["Tell me a story.", "hello", "what is seven times six", "blue bananas"]) {
    const context = () => contextOf([user(text)], { random: seeded(3) });
    expect(await stepsOf(brain, context())).toEqual(await stepsOf(brain, context()));
  }
});

it("[BRAIN3] answers any text and never throws", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }), async (lines) => {
      expect((await converse(brain, ["hello", ...lines])).length).toBeGreaterThan(0);
    }),
    { numRuns: 100, seed: 1 },
  );
});

describe("[BRAIN4] greets as the setup prescribes", () => {
  rows([["Hello!", /^(Hello|Hi there)! I am parley's local emulator\. .*\?$/]]);
  rows([["Hello! | Hello", /again/]]);
  const instruction = "You are Maya, a friendly shop assistant who helps people find mugs.";
  rows([["Hi", /I am Maya, a friendly shop assistant\./]], { instruction });
  rows([["Hi", "Welcome to the shop!"]], {
    instruction: 'Greet the user with "Welcome to the shop!"',
  });
  rows([["Hi", /I am Rex/]], { instruction: "Your name is Rex. You are terse." });
  rows([["Hi", /I am a helpful voice assistant\./]], {
    instruction: "You are a helpful voice assistant.",
  });
  rows([["Hi", /I am a friendly, attentive assistant in a shop\./]], {
    instruction: "You are a friendly, attentive assistant in a shop.",
  });
  rows([["Hi", /I am a pirate\./]], { instruction: "You are a pirate, and speak like one." });
});

describe("[BRAIN5] says that it is an emulator, whatever its persona", () => {
  const asked = ["Who are you?", "Are you real?", "Which model are you?", "Are you Gemini?"];
  rows(asked.map((question): [string, RegExp] => [question, /emulator/]));
  rows(
    asked.map((question): [string, RegExp] => [question, /Maya.*emulator.*no language model/]),
    { instruction: "You are Maya." },
  );
});

describe("[BRAIN6] tells time and date, here and in the world's cities", () => {
  it("knows at least 150 places, each with a zone that exists", () => {
    expect(PLACES.length).toBeGreaterThanOrEqual(150);
    for (const { zone } of PLACES)
      expect(() => new Intl.DateTimeFormat("en-US", { timeZone: zone })).not.toThrow();
  }, 20_000);
  rows([
    ["What time is it in Paris?", "It is 5 PM on Monday in Paris."],
    ["whats the time in new york", "It is 11 AM on Monday in New York."],
    ["what time is it in perris", /5 PM.*Paris/],
    ["what time is it in mumbay", /9:30 PM.*Mumbai/],
    ["What time is it in London and in Tokyo?", /4 PM.*London.*1 AM on Tuesday in Tokyo/],
    ["What time is it in Atlantis?", /do not know the clock of Atlantis.*4 PM here/],
    ["What's the date in Sydney?", "In Sydney today is Tuesday, November 25, 2025."],
    ["What was the date yesterday?", /Sunday, November 23/],
    ["Which month is it?", "It is November."],
  ]);
});

describe("[BRAIN7] evaluates arithmetic in words and digits", () => {
  rows([
    ["What is two plus two?", "Two plus two is four."],
    ["what's twelve times 3", "Twelve times three is thirty-six."],
    ["a hundred divided by four", "One hundred divided by four is twenty-five."],
    ["two plus three times four", "Two plus three times four is fourteen."],
    ["ten percent of two hundred and fifty", /is twenty-five\.$/],
    ["What is 1,000 divided by 3?", /is about three hundred and thirty-three point three three\.$/],
    ["2 - 3", "Two minus three is minus one."],
    ["too plus for", "Two plus four is six."],
    ["three divided by zero", /divide by zero/],
    ["Subtract 8 from 20", /is twelve\.$/],
    ["what is two to the power of ten", /is one thousand and twenty-four\.$/],
    ["what is two to the power of two hundred", /ten to the power of sixty\.$/],
  ]);
  it("parses every number that it speaks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (number) => {
        const words = plain(inWords(number)).split(" ");
        expect(numberAt(words, 0)).toEqual({ value: number, length: words.length });
      }),
    );
  });
});

describe("[BRAIN64] understands a sum whose small words the recogniser misheard", () => {
  rows([
    ["What in seventeen plus twenty five?", "Seventeen plus twenty-five is forty-two."],
    ["What's in 13 plus 8?", "Thirteen plus eight is twenty-one."],
    ["What? Six times seven.", "Six times seven is forty-two."],
    ["What in three plus four times do", "Three plus four times two is eleven."],
    ["Can you tell me what it made plus nine?", "Eight plus nine is seventeen."],
    ["What it made plus I?", "Eight plus nine is seventeen."],
    [
      "What is due to the power of hate?",
      "Two to the power of eight is two hundred and fifty-six.",
    ],
    ["How much as one hundred minus one?", "One hundred minus one is ninety-nine."],
    ["What its forty minors fifteen", "Forty minus fifteen is twenty-five."],
    ["What is ten devided by two?", "Ten divided by two is five."],
    // No sums.
    ["I made it in two minutes", /^I heard/],
    ["What do you hate?", /^(?!.* is )/],
    ["It made me sad", /heard/],
  ]);
});

describe("[BRAIN8] counts, up and down, to one hundred at most", () => {
  rows([
    ["Count to five.", "One, two, three, four, five."],
    ["count from three to seven", "Three, four, five, six, seven."],
    ["count down from 3", "Three, two, one."],
    ["count two tree", /^One, two, three\.$/],
    ["Count to a million!", /one hundred\. That is enough counting\.$/],
  ]);
});

describe("[BRAIN9] tells stories long enough to interrupt", () => {
  it("has several, each of 100 to 150 words: over twenty seconds of speech", () => {
    expect(STORIES.length).toBeGreaterThanOrEqual(5);
    for (const story of STORIES) {
      const words = story.split(/\s+/).length;
      expect(words).toBeGreaterThanOrEqual(100);
      expect(words).toBeLessThanOrEqual(150);
    }
  });
  it("repeats none before all are told", async () => {
    const history = [];
    const openings = new Set<string>();
    const random = seeded(5);
    for (let i = 0; i < STORIES.length; i++) {
      history.push(user("Tell me a story"));
      const told = spoken(await stepsOf(brain, contextOf(history, { random })));
      openings.add(told.slice(0, 40));
      history.push(model(told));
    }
    expect(openings.size).toBe(STORIES.length);
  });
});

describe("[BRAIN10] remembers the facts of this session", () => {
  rows([
    ["My name is Ann. | Hello | What is my name?", "Your name is Ann."],
    ["my name is mary jane | what's my name", "Your name is Mary Jane."],
    ["My name is Ann. | No, my name is Bob. | What is my name?", "Your name is Bob."],
    ["I live in Oslo. | Where do I live?", "You live in Oslo."],
    [
      "My favourite colour is green. | What is my favorite color?",
      "Your favourite colour is green.",
    ],
    ["I have a dog called Rex. | What is my dog called?", "Your dog is called Rex."],
    ["Remember that the code is 4711. | What is the code?", "The code is 4711."],
    ["Remember to buy milk. | What did I tell you?", "You told me that you want to buy milk."],
    [
      "My name is Ann and I live in Oslo. | What do you know about me?",
      /name is Ann and you live in Oslo/,
    ],
    ["I parked on level three. | Where did I park?", /you parked on level three/],
    ["What is my name?", /do not know your name/],
    ["What's my favourite movie?", /do not know your favourite movie/],
    ["My name is Ann.", /Ann/],
    ["I am tired.", /heard/],
  ]);
});

describe("[BRAIN11] answers small talk", () => {
  rows([
    ["Thanks!", /welcome|pleasure|Glad/],
    ["Goodbye!", /bye|See you/i],
    ["Stop.", /^(Okay|All right|Sure)/],
    ["How are you?", /well|good|fine/i],
    ["Can you hear me?", /hear you/],
    ["What can you do?", /time.*sums.*story/],
    ["Tell me a joke.", /\?|clock|model/],
  ]);
});

describe("[BRAIN12] repeats, spells, and says a dictated text", () => {
  rows([
    ["What's two plus two? | Repeat that, please.", "Two plus two is four."],
    ["Repeat that", /not said anything/],
    ["The cat is red. | What did I say?", "You said: The cat is red."],
    ["How do you spell cat?", "C, A, T."],
    ["Repeat after me: the rain in Spain", "The rain in Spain."],
    ["Say hello to Bob", "Hello, Bob!"],
  ]);
});

describe("[BRAIN13] opens the conversation when the app asks for it", () => {
  rows([
    ["", /Hello|Hi there/],
    ["Say hello and ask what they are looking for", /^Hello! .*What are you looking for\?$/],
    ["Greet the customer and ask how you can help them.", /How can I help you\?$/],
    ["Welcome the user, and ask whether they need a table", /Do you need a table\?$/],
    ['Greet the caller with "Good evening, Harbour Hotel."', "Good evening, Harbour Hotel."],
    ["hello | ", /did not catch|still here/],
  ]);
});

describe("[BRAIN63] answers the history when a text without a word asks for a reply", () => {
  const answered = async (...history: Content[]) =>
    spoken(await stepsOf(brain, contextOf(history)));
  it.each([".", " ", "…", "?", "\n"])("after the user's question, at %j", async (trigger) => {
    expect(await answered(user("What is two plus two?"), user(trigger))).toBe(
      "Two plus two is four.",
    );
    const before = [user("hello"), model("Hello! How can I help you?")];
    expect(await answered(...before, user("What is two plus two?"), user(trigger))).toBe(
      "Two plus two is four.",
    );
  });
  it("after a function's response", async () => {
    const call = { functionCall: { id: "1", name: "f", args: {} } };
    const functionResponse = { id: "1", name: "f", response: { sky: "clear" } };
    const history = [
      user("How is the weather?"),
      { role: "model", parts: [call] },
      { role: "user", parts: [{ functionResponse }] },
    ];
    expect(await answered(...history, user("."))).toBe("The sky is clear.");
  });
  it("after its own words: waits", async () => {
    expect(await answered(user("hello"), model("Hello!"), user("."))).toMatch(
      /did not catch|still here/,
    );
  });
  it("forgets the trigger: it is nothing that the user said", async () => {
    const history = [
      user("The cat is red."),
      user("."),
      model("I heard."),
      user("What did I say?"),
    ];
    expect(await answered(...history)).toBe("You said: The cat is red.");
  });
});

describe("[BRAIN66] answers the history when a prompt in brackets asks for an answer", () => {
  const answered = async (...history: Content[]) =>
    spoken(await stepsOf(brain, contextOf(history)));
  it.each([
    "[You have given no answer yet. If the user's last words were meant for you, answer them now.]",
    "[The user was not answered.]",
  ])("%s", async (prompt) => {
    expect(await answered(user("What is two plus two?"), user(prompt))).toBe(
      "Two plus two is four.",
    );
  });
  it("after a part of its answer: goes on", async () => {
    const rest = user("[Your last answer broke off in the middle. Go on from where it stopped.]");
    const said = await answered(user("Tell me a story."), model("There was once a fox."), rest);
    expect(said).not.toMatch(/broke off|bracket/i);
  });
  it("other texts in brackets have words", async () => {
    expect(await answered(user("[The caller pressed 12 on the phone.]"))).toMatch(/12|caller/i);
  });
});

describe("[BRAIN65] takes what ADK tells of another agent for no words of the user", () => {
  const FENCE = (text: string) =>
    `<<<BEGIN_QUOTED_AGENT_CONTENT>>>\n${text}\n<<<END_QUOTED_AGENT_CONTENT>>>`;
  const context = (...texts: string[]): Content => ({
    role: "user",
    parts: ["For context: below is a transcript of what another agent did.", ...texts].map(
      (text) => ({ text }),
    ),
  });
  const answered = async (...history: Content[]) =>
    spoken(await stepsOf(brain, contextOf(history)));
  const sum = "Two plus two is four.";
  it.each([
    [
      "calls",
      context(
        `[desk] called tool \`transfer_to_agent\` with parameters:\n${FENCE("{'agent_name': 'a'}")}`,
      ),
    ],
    [
      "results",
      context(`[desk] \`transfer_to_agent\` tool returned result:\n${FENCE("{'result': None}")}`),
    ],
    ["words", context(`[desk] said: ${FENCE("Tell me a joke.")}`)],
    [
      "words, before the fences",
      { role: "user", parts: [{ text: "For context:" }, { text: "[desk] said: Tell me a joke." }] },
    ],
  ])("its %s", async (_, told) => {
    expect(await answered(user("What is two plus two?"), told)).toBe(sum);
    expect(await answered(user("What is two plus two?"), told, told, user("."))).toBe(sum);
    expect(await answered(told, user("What is two plus two?"))).toBe(sum);
  });
  it("but a user's own context is the user's", async () => {
    expect(await answered(user("For context: my name is Ann."))).toMatch(/Ann/);
  });
});

describe("[BRAIN14] repeats an utterance that it does not understand, and stays short", () => {
  rows([
    ["Blue bananas dance.", /heard.*Blue bananas dance\. I am a local emulator/],
    ["word ".repeat(200), /^(?:\S+\s*){1,60}$/],
  ]);
  it("names itself once, not each time", async () => {
    expect(await reply(brain, ["Blue bananas.", "Green grapes."])).not.toMatch(/local emulator/);
  });
});

describe("[BRAIN15] does not take a statement for a request", () => {
  rows(
    [
      "I had two cups",
      "The first time I saw it was in Paris",
      "You can count on me",
      "He told me a story yesterday",
      "It is two to four weeks away",
      "The time in prison was hard",
      "I have ten fingers and two hands",
    ].map((words): [string, RegExp] => [words, /heard/]),
  );
});

describe("[BRAIN16] keeps to one sentence when the setup asks it to be brief", () => {
  rows([["Who are you?", "I am parley's local emulator."]], {
    instruction: "Keep your answers short.",
  });
});

it("[BRAIN17] answers the newest text: interrupted ones do not count", async () => {
  const context = contextOf([user("Tell me a story"), user("What is two plus two?")]);
  expect(spoken(await stepsOf(brain, context))).toBe("Two plus two is four.");
});
