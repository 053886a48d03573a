/** Greets: in return, when a turn is empty, and when the app tells the agent to speak first. */
import type { ReplyContext, Step } from "../../ports.ts";
import { introduction, personaOf } from "../persona.ts";
import { modelTexts, pick, say, type Skill } from "../utterance.ts";
import { capitalised } from "../words/plain.ts";

const GREETS =
  /^(?:(?:oh|well|and|a|ok|okay) )?(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|welcome)\b/;

const OFFERS = [
  "How can I help you?",
  "What can I do for you?",
  "What would you like to talk about?",
];

function opening(context: ReplyContext): readonly Step[] {
  const persona = personaOf(context.instruction);
  if (persona.greeting !== undefined) return say(persona.greeting);
  const hello = pick(context, ["Hello!", "Hi there!"]);
  return say(`${hello} ${introduction(persona)}`, pick(context, OFFERS));
}

const isFirst = ({ history }: ReplyContext): boolean => modelTexts(history).length === 0;

/** A longer utterance that begins with a greeting belongs to another skill. */
export const greeting: Skill = ({ text, words, context }) => {
  if (!GREETS.test(text) || words.length > 6) return undefined;
  if (isFirst(context)) return opening(context);
  return say(pick(context, ["Hello again!", "Hi again!"]), pick(context, OFFERS));
};

/** Without words the app wants the agent to begin, or nothing was recognised. */
export const emptiness: Skill = ({ text, context }) => {
  if (text !== "") return undefined;
  if (isFirst(context)) return opening(context);
  return say(pick(context, ["I did not catch any words.", "I am still here. Go ahead."]));
};

/** An instruction to open the conversation, from the app to the agent. */
const NUDGE =
  /^(?:please |now |\[?system\]? |you (?:should|must) )*(?:say (?:hello|hi|good (?:morning|afternoon|evening))(?! to (?!the |your |them|him|her|everyone|people))|greet|welcome|introduce yourself to|start (?:the|this|our) (?:conversation|talk|call|session|chat)|begin (?:the|this|our)? ?(?:conversation|talk|call|session|chat)?|open (?:the|this) (?:conversation|talk|call)|speak first)\b/;

export const nudge: Skill = ({ text, raw, context }) => {
  if (!NUDGE.test(text)) return undefined;
  const quoted = /["“]([^"”]+)["”]/.exec(raw)?.[1];
  if (quoted !== undefined) return say(quoted);
  const question = requestedQuestion(text);
  if (question === undefined) return opening(context);
  const persona = personaOf(context.instruction);
  const hello = /\bgood (?:morning|afternoon|evening)\b/.exec(text)?.[0] ?? "hello";
  return say(persona.greeting ?? `${capitalised(hello)}! ${introduction(persona)}`, question);
};

const USER = "(?:the|your) (?:user|customer|caller|visitor|guest|client|person|shopper)";

/** The instruction's second and third person are the conversation's first and second. */
const PERSONS: readonly (readonly [RegExp, string])[] = [
  [/\byou\b/g, "I"],
  [/\byour\b(?! (?:user|customer|caller|visitor|guest|client|person|shopper))/g, "my"],
  [new RegExp(String.raw`\b(?:they|them|him|her|he|she|${USER})\b`, "g"), "you"],
  [/\b(?:their|his)\b/g, "your"],
];

const ASKED = new RegExp(
  String.raw`\bask(?: (?:them|him|her|${USER}))? (?:about )?((?:what|who|where|when|how|which|why|if|whether)\b.*)$`,
);

const INDIRECT =
  /^(what|who|where|when|how|which|why|if|whether)(.*?)\b(I|you)\b(?: (are|is|can|could|would|will|do|have|should|might|may)\b)?(.*)$/;

/** "ask what they are looking for" → "What are you looking for?" */
function requestedQuestion(text: string): string | undefined {
  const asked = ASKED.exec(text)?.[1];
  if (asked === undefined) return undefined;
  const direct = PERSONS.reduce((done, [from, to]) => done.replace(from, to), asked);
  const [, word = "", between = "", subject, auxiliary = "do", rest = ""] =
    INDIRECT.exec(direct) ?? [];
  if (subject === undefined) return `${capitalised(direct)}?`;
  const opener = /^(?:if|whether)$/.test(word) ? "" : `${word}${between.trimEnd()} `;
  const verb = auxiliary === "is" ? "are" : auxiliary;
  return `${capitalised(`${opener}${verb} ${subject}${rest}`)}?`;
}
