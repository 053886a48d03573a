/** Greets: when greeted, when a turn is empty, and when the app nudges it to speak first. */
import { introduction, personaOf } from "../persona.ts";
import { capitalised } from "../words/plain.ts";
import { modelsWords, pick, say, type Skill, type Utterance } from "../utterance.ts";
import type { ReplyContext, Step } from "../../ports.ts";

const GREETS =
  /^(?:(?:oh|well|and|a|ok|okay) )?(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|welcome)\b/;

const OFFERS = [
  "How can I help you?",
  "What can I do for you?",
  "What would you like to talk about?",
];

function opening(scene: ReplyContext): readonly Step[] {
  const persona = personaOf(scene.instruction);
  if (persona.greeting !== undefined) return say(persona.greeting);
  return say(
    `${pick(scene, ["Hello!", "Hi there!"])} ${introduction(persona)}`,
    pick(scene, OFFERS),
  );
}

const helloAgain = (scene: ReplyContext): readonly Step[] =>
  say(pick(scene, ["Hello again!", "Hi again!"]), pick(scene, OFFERS));

/** A greeting with little else in it; a question after the hello belongs to another skill. */
export const greeting: Skill = ({ text, words, scene }) => {
  if (!GREETS.test(text) || words.length > 6) return undefined;
  return modelsWords(scene.history).length === 0 ? opening(scene) : helloAgain(scene);
};

/** No words at all: the app wants the agent to begin, or nothing was understood. */
export const emptiness: Skill = ({ text, scene }) => {
  if (text !== "") return undefined;
  return modelsWords(scene.history).length === 0
    ? opening(scene)
    : say(pick(scene, ["I did not catch any words.", "I am still here. Go ahead."]));
};

/** An order to open the talk, addressed to the agent by the app rather than by the person. */
const NUDGE =
  /^(?:please |now |\[?system\]? |you (?:should|must) )*(?:say (?:hello|hi|good (?:morning|afternoon|evening))(?! to (?!the |your |them|him|her|everyone|people))|greet|welcome|introduce yourself to|start (?:the|this|our) (?:conversation|talk|call|session|chat)|begin (?:the|this|our)? ?(?:conversation|talk|call|session|chat)?|open (?:the|this) (?:conversation|talk|call)|speak first)\b/;

export const nudge: Skill = (said) => {
  if (!NUDGE.test(said.text)) return undefined;
  const quoted = /["“]([^"”]+)["”]/.exec(said.raw)?.[1];
  if (quoted !== undefined) return say(quoted);
  const question = askedFor(said);
  if (question === undefined) return opening(said.scene);
  const persona = personaOf(said.scene.instruction);
  const hello = /\bgood (?:morning|afternoon|evening)\b/.exec(said.text)?.[0] ?? "hello";
  return say(persona.greeting ?? `${capitalised(hello)}! ${introduction(persona)}`, question);
};

/** The third person of the order is the second person of the talk. */
const DIRECT: readonly (readonly [RegExp, string])[] = [
  [/\b(?:you)\b/g, "I"],
  [/\byour\b/g, "my"],
  [
    /\b(?:they|them|him|her|he|she|(?:the|your) (?:user|customer|caller|visitor|guest|client|person|shopper))\b/g,
    "you",
  ],
  [/\b(?:their|his)\b/g, "your"],
];

const AUXILIARY = "are|is|can|could|would|will|do|have|should|might|may";

/** "ask what they are looking for" → "What are you looking for?" */
function askedFor({ text }: Utterance): string | undefined {
  const asked =
    /\bask(?: (?:them|him|her|(?:the|your) (?:user|customer|caller|visitor|guest|client|person|shopper)))? (?:about )?((?:what|who|where|when|how|which|why|if|whether)\b.*)$/.exec(
      text,
    )?.[1];
  if (asked === undefined) return undefined;
  const direct = DIRECT.reduce((done, [from, to]) => done.replace(from, to), asked);
  const match = new RegExp(
    String.raw`^(what|who|where|when|how|which|why|if|whether)(.*?)\b(I|you)\b(?: (${AUXILIARY})\b)?(.*)$`,
  ).exec(direct);
  if (match === null) return `${capitalised(direct)}?`;
  const [, word = "", between = "", subject = "", auxiliary = "do", rest = ""] = match;
  const lead = /^(?:if|whether)$/.test(word) ? "" : `${word}${between.trimEnd()} `;
  return `${capitalised(`${lead}${auxiliary === "is" ? "are" : auxiliary} ${subject}${rest}`)}?`;
}
