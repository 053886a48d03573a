/** Remembers what it is told in this session, and tells it again. */
import { asksToRemember, factsIn, type Fact } from "../facts.ts";
import { capitalised, listed, plain, sentences } from "../words/plain.ts";
import { turned } from "../words/person.ts";
import { stems } from "../words/stem.ts";
import { earlier, pick, say, type Skill, type Utterance } from "../utterance.ts";
import type { Step } from "../../ports.ts";

const told = ({ scene }: Utterance): Fact[] => earlier(scene).flatMap(factsIn);

const latest = (facts: readonly Fact[], about: string): Fact | undefined =>
  facts.findLast((fact) => fact.about === about);

const sentence = (text: string): string => `${capitalised(text)}.`;

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

function byTopic(said: Utterance): readonly Step[] | undefined {
  const topic = TOPICS.find(([pattern]) => pattern.test(said.text));
  if (topic === undefined) return undefined;
  const facts = told(said);
  const fact = topic[1].map((about) => latest(facts, about)).find((found) => found !== undefined);
  return say(fact ? sentence(fact.said) : `I do not know ${topic[2]}. You have not told me yet.`);
}

const EVERYTHING =
  /\bwhat (did|have) i (tell|told|ask|asked|teach) you\b|\bwhat (do|did) you (know|remember|learn)\b|\bwhat did i (want|ask) you to remember\b|\bwhat should you remember\b|\bwhat are my notes\b/;

function everything(said: Utterance): readonly Step[] | undefined {
  if (!EVERYTHING.test(said.text)) return undefined;
  const facts = [...new Map(told(said).map((fact) => [fact.said, fact])).values()];
  if (facts.length === 0) return say("You have not told me anything to remember yet.");
  return say(`You told me that ${listed(facts.map((fact) => fact.said))}.`);
}

const SMALL = new Set(
  "what is are was the a an my i do does did you your know remember tell me of please again who where when which how called name named still have in on at it that say to for".split(
    " ",
  ),
);

const content = (text: string): Set<string> =>
  new Set(
    stems(
      text
        .toLowerCase()
        .replace(/'s\b/g, "")
        .split(" ")
        .filter((word) => !SMALL.has(word)),
    ),
  );

/** The share of the smaller set that both have. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((word) => b.has(word)).length;
  return both === 0 ? 0 : both / Math.min(a.size, b.size);
}

/** "what is my favourite colour", "what is the door code", "what is my sister called". */
const ASKS_ABOUT =
  /\b(?:what|who|where|when|which|how|tell me|remember|know|say)\b.*?\b(my|the) (.+?)(?: again| please| called| named| is| are)*$/;

function aboutThing(said: Utterance): readonly Step[] | undefined {
  const match = ASKS_ABOUT.exec(said.text);
  const wanted = content(match?.[2] ?? "");
  if (match === null || wanted.size === 0) return undefined;
  const fact = told(said).findLast(
    ({ about }) => about !== "note" && overlap(wanted, content(about)) >= 1,
  );
  if (fact !== undefined) return say(sentence(fact.said));
  const asks = /^(?:what|who|when) (?:is|are|was)\b|\b(?:know|remember)\b/.test(said.text);
  if (match[1] !== "my" || !asks) return undefined;
  return say(`I do not know your ${match[2] ?? ""}. You have not told me yet.`);
}

/** "where did I park": whatever was said with the same words in it. */
function recalled(said: Utterance): readonly Step[] | undefined {
  if (
    !/^(?:do you remember )?(?:where|when|what|who|which|how|why) (?:did|do|have|am|was|will) i\b/.test(
      said.text,
    )
  )
    return undefined;
  const wanted = content(said.text);
  const past = earlier(said.scene)
    .flatMap(sentences)
    .filter((words) => !words.endsWith("?") && !/^(?:what|who|where|when|how)\b/i.test(words));
  const found =
    wanted.size === 0 ? undefined : past.findLast((words) => overlap(wanted, content(words)) >= 1);
  if (found === undefined) return undefined;
  const bare = plain(found).replace(/^(?:please )?(?:remember|note|do not forget)(?: that)? /i, "");
  return say(`You told me that ${turned(bare)}.`);
}

/** Answers questions about what was told. */
export const recall: Skill = (said) =>
  everything(said) ?? byTopic(said) ?? aboutThing(said) ?? recalled(said);

/** Takes note of what is told now. */
export const learn: Skill = (said) => {
  const facts = factsIn(said.raw);
  if (facts.length === 0) return undefined;
  const name = latest(facts, "name");
  const others = facts.filter((fact) => fact.about !== "name").map((fact) => fact.said);
  const met = name === undefined ? [] : [`Nice to meet you, ${name.value}.`];
  if (others.length === 0) return say(...met);
  const lead = asksToRemember(said.raw)
    ? "I will remember that"
    : pick(said.scene, ["I will remember that", "Noted:", "Good to know:"]);
  return say(...met, `${lead} ${listed(others)}.`);
};
