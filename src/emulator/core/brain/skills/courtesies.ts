/** Courtesies: thanks, goodbye, stop, how are you, can you hear me. */
import { pick, say, type Skill } from "../utterance.ts";

/** A longer utterance that contains a courtesy is about something else. */
const SHORT = 9;

/** Answers with one of the replies, then with the rest. */
const reply =
  (pattern: RegExp, longest: number, replies: readonly string[], ...rest: string[]): Skill =>
  ({ text, words, context }) =>
    pattern.test(text) && words.length <= longest
      ? say(pick(context, replies), ...rest)
      : undefined;

export const stop = reply(
  /^(?:(?:please|ok|okay|no|hey|now|all right|alright|just) )*(?:(?:stop|pause)(?: (?:it|that|talking|there|speaking|now|this))*|be quiet|quiet|silence|shut up|hush|shush|enough|(?:that|this) is enough|never ?mind|cancel(?: that)?|hold on|wait(?: a (?:moment|second|minute))?)(?: (?:please|now|thanks|thank you))*$/,
  Infinity,
  ["Okay.", "All right.", "Sure, I am quiet."],
);

export const hears = reply(
  /\b(?:can|do|did|could) you (?:\w+ )?hear (?:me|us)\b|^(?:testing|test|mic check)\b/,
  Infinity,
  ["Yes, I can hear you.", "I can hear you well."],
  "Go ahead.",
);

export const feelings = reply(
  /\bhow are you\b|\bhow (?:is it|are things|is everything|is life|is your day) ?(?:going)?\b|\bhow do you (?:do|feel)\b|\bhow have you been\b|\bare you (?:okay|ok|all right|well|fine)\b|\bwhat is up\b/,
  SHORT,
  [
    "I am well, thank you. All my rules are in order.",
    "Very good, thanks. How are you?",
    "I am fine, as emulators go. And you?",
  ],
);

export const goodbye = reply(
  /\b(?:bye|goodbye|good bye|good night|see you|see ya|farewell|talk to you (?:later|soon)|that (?:is|will be|was) all|so long|have a (?:nice|good|great) (?:day|one|evening|night)|until next time)\b/,
  SHORT,
  ["Goodbye, and take care.", "Bye! It was nice talking to you.", "See you soon."],
);

export const thanks = reply(
  /\b(?:thanks|thank you|thank ya|cheers|much appreciated|i appreciate (?:it|that))\b/,
  SHORT,
  ["You are welcome.", "My pleasure.", "Glad to help."],
);

export const praise = reply(
  /^(?:(?:that|this|it) (?:is|was|sounds) )?(?:very |so |really )?(?:great|good|nice|cool|perfect|excellent|wonderful|awesome|well done|good job|amazing|funny|interesting)(?: to me)?$/,
  SHORT,
  ["I am glad.", "Good to hear."],
  "What else?",
);

const ANSWER =
  /^(?:(?:i am |very |yes |no )*(?:fine|okay|ok|good|well)(?: thank you| thanks)?(?<returned> and you)?|yes|no|yeah|nope|sure|maybe|all right|alright|right|correct|exactly)$/;

/** An answer to a courtesy, with or without a question in return. */
export const answer: Skill = ({ text, context }) => {
  const match = ANSWER.exec(text);
  const back = match?.groups?.["returned"] === undefined ? [] : ["I am fine too."];
  const first = match && pick(context, ["Okay.", "All right.", "I see."]);
  return first === null ? undefined : say(first, ...back, "What else can I do for you?");
};
