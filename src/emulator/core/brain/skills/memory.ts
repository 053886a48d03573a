/** Remembers facts that the user states in this session, and answers questions about them. */
import type { Step } from "../../ports.ts";
import { asksToRemember, factsIn, type Fact } from "../facts.ts";
import { earlierTexts, pick, say, type Skill, type Utterance } from "../utterance.ts";
import { inSecondPerson } from "../words/person.ts";
import { capitalised, listed, plain, sentences, wordSet } from "../words/plain.ts";
import { stems } from "../words/stem.ts";

const known = ({ context }: Utterance): Fact[] => earlierTexts(context).flatMap(factsIn);

const sentence = (text: string): string => `${capitalised(text)}.`;

const NOT_TOLD = "You have not told me yet.";

/** Questions with a topic of their own. */
const TOPICS: readonly (readonly [RegExp, readonly string[], string])[] = [
  [
    /\bwho am i$|\bwhat am i called\b|\b(know|remember|tell me|say|is|guess)\b.*\bmy name\b/,
    ["name"],
    "your name",
  ],
  [
    /\bwhere (do i live|am i living|is my home)\b|\bwhich city do i live\b/,
    ["home", "origin"],
    "where you live",
  ],
  [/\bwhere (am i|do i come) from\b/, ["origin", "home"], "where you come from"],
  [/\bhow old am i\b|\bmy age\b/, ["age"], "your age"],
  [/\b(where|who) do i work\b|\bmy employer\b/, ["work", "job"], "where you work"],
  [/\bwhat do i do( for (a living|work))?$|\bmy (job|profession)\b/, ["job", "work"], "your work"],
  [/\bwhat (do|is it) i (like|love|prefer|enjoy)\b/, ["taste"], "what you like"],
];

function byTopic(utterance: Utterance): readonly Step[] | undefined {
  const topic = TOPICS.find(([pattern]) => pattern.test(utterance.text));
  if (topic === undefined) return undefined;
  const facts = known(utterance);
  const fact = topic[1]
    .map((about) => facts.findLast((candidate) => candidate.about === about))
    .find((found) => found !== undefined);
  return say(fact ? sentence(fact.spoken) : `I do not know ${topic[2]}. ${NOT_TOLD}`);
}

const EVERYTHING =
  /\bwhat (did|have) i (tell|told|ask|asked|teach) you\b|\bwhat (do|did) you (know|remember|learn)\b|\bwhat did i (want|ask) you to remember\b|\bwhat should you remember\b|\bwhat are my notes\b/;

function everything(utterance: Utterance): readonly Step[] | undefined {
  if (!EVERYTHING.test(utterance.text)) return undefined;
  const facts = new Set(known(utterance).map(({ spoken }) => spoken));
  if (facts.size === 0) return say("You have not told me anything to remember yet.");
  return say(`You told me that ${listed([...facts])}.`);
}

const EMPTY = wordSet(
  "what is are was were the a an my i do does did you your know remember tell me of please again who where when which how called name named still have in on at it that say to for",
);

const content = (text: string): string[] => {
  const words = text.toLowerCase().replace(/'s\b/g, "").split(" ");
  return stems(words.filter((word) => !EMPTY.has(word)));
};

/** All words of one text with meaning are in the other. */
function matches(a: string, b: string): boolean {
  const [some, others] = [content(a), content(b)];
  const within = (words: string[], all: string[]): boolean =>
    words.length > 0 && words.every((word) => all.includes(word));
  return within(some, others) || within(others, some);
}

/** Matches "what is my favourite colour", "what is the gate code", "what is my sister called". */
const ASKS_ABOUT =
  /\b(?:what|who|where|when|which|how|tell me|remember|know|say)\b.*?\b(my|the) (.+?)(?: again| please| called| named| is| are)*$/;

function aboutThing(utterance: Utterance): readonly Step[] | undefined {
  const [, owner, thing = ""] = ASKS_ABOUT.exec(utterance.text) ?? [];
  if (content(thing).length === 0) return undefined;
  const fact = known(utterance).findLast(({ about }) => about !== "note" && matches(thing, about));
  if (fact !== undefined) return say(sentence(fact.spoken));
  const asks = /^(?:what|who|when) (?:is|are|was)\b|\b(?:know|remember)\b/.test(utterance.text);
  return owner === "my" && asks ? say(`I do not know your ${thing}. ${NOT_TOLD}`) : undefined;
}

/** "where did I park": any earlier statement with the same words. */
function recalled({ text, context }: Utterance): readonly Step[] | undefined {
  const asks =
    /^(?:do you remember )?(?:where|when|what|who|which|how|why) (?:did|do|have|am|was|will) i\b/;
  const found = earlierTexts(context)
    .flatMap(sentences)
    .findLast(
      (words) =>
        asks.test(text) &&
        !/\?$|^(?:what|who|where|when|how)\b/i.test(words) &&
        matches(text, words),
    );
  if (found === undefined) return undefined;
  const fact = plain(found).replace(/^(?:please )?(?:remember|note|do not forget)(?: that)? /i, "");
  return say(`You told me that ${inSecondPerson(fact)}.`);
}

export const recall: Skill = (utterance) =>
  everything(utterance) ?? byTopic(utterance) ?? aboutThing(utterance) ?? recalled(utterance);

export const learn: Skill = ({ raw, context }) => {
  const facts = factsIn(raw);
  if (facts.length === 0) return undefined;
  const name = facts.findLast(({ about }) => about === "name");
  const others = facts.filter(({ about }) => about !== "name").map(({ spoken }) => spoken);
  const acknowledgement = asksToRemember(raw)
    ? "I will remember that"
    : others.length > 0 && pick(context, ["I will remember that", "Noted:", "Good to know:"]);
  return say(
    ...(name === undefined ? [] : [`Nice to meet you, ${name.value}.`]),
    ...(others.length === 0 ? [] : [`${acknowledgement} ${listed(others)}.`]),
  );
};
