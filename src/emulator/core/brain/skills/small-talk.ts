/** Small talk that keeps a conversation civil: thanks, goodbye, stop, how are you, can you hear me. */
import { pick, say, type Skill } from "../utterance.ts";

/** A courtesy is short; longer talk that holds the word is about something else. */
const SHORT = 9;

const STOP =
  /^(?:(?:please|ok|okay|no|hey|now|all right|alright|just) )*(?:(?:stop|pause)(?: (?:it|that|talking|there|speaking|now|this))*|be quiet|quiet|silence|shut up|hush|shush|enough|(?:that|this) is enough|never ?mind|cancel(?: that)?|hold on|wait(?: a (?:moment|second|minute))?)(?: (?:please|now|thanks|thank you))*$/;

export const stop: Skill = ({ text, scene }) =>
  STOP.test(text) ? say(pick(scene, ["Okay.", "All right.", "Sure, I am quiet."])) : undefined;

const HEARS = /\b(?:can|do|did|could) you (?:\w+ )?hear (?:me|us)\b|^(?:testing|test|mic check)\b/;

export const hears: Skill = ({ text, scene }) =>
  HEARS.test(text)
    ? say(pick(scene, ["Yes, I can hear you.", "I can hear you well."]), "Go ahead.")
    : undefined;

const HOW =
  /\bhow are you\b|\bhow (?:is it|are things|is everything|is life|is your day) ?(?:going)?\b|\bhow do you (?:do|feel)\b|\bhow have you been\b|\bare you (?:okay|ok|all right|well|fine)\b|\bwhat is up\b/;

export const feelings: Skill = ({ text, words, scene }) =>
  HOW.test(text) && words.length <= SHORT
    ? say(
        pick(scene, [
          "I am well, thank you. All my rules are in order.",
          "Very good, thanks. How are you?",
          "I am fine, as emulators go. And you?",
        ]),
      )
    : undefined;

const BYE =
  /\b(?:bye|goodbye|good bye|good night|see you|see ya|farewell|talk to you (?:later|soon)|that (?:is|will be|was) all|so long|have a (?:nice|good|great) (?:day|one|evening|night)|until next time)\b/;

export const goodbye: Skill = ({ text, words, scene }) =>
  BYE.test(text) && words.length <= SHORT
    ? say(
        pick(scene, [
          "Goodbye, and take care.",
          "Bye! It was nice talking to you.",
          "See you soon.",
        ]),
      )
    : undefined;

const THANKS = /\b(?:thanks|thank you|thank ya|cheers|much appreciated|i appreciate (?:it|that))\b/;

export const thanks: Skill = ({ text, words, scene }) =>
  THANKS.test(text) && words.length <= SHORT
    ? say(pick(scene, ["You are welcome.", "My pleasure.", "Glad to help."]))
    : undefined;

const PRAISE =
  /^(?:(?:that|this|it) (?:is|was|sounds) )?(?:very |so |really )?(?:great|good|nice|cool|perfect|excellent|wonderful|awesome|well done|good job|amazing|funny|interesting)(?: to me)?$/;

const ANSWER =
  /^(?:(?:i am |very |yes |no )*(?:fine|okay|ok|good|well)(?: thank you| thanks)?(?: and you)?|yes|no|yeah|nope|sure|maybe|all right|alright|right|correct|exactly)$/;

/** A bare answer to small talk. */
export const answer: Skill = ({ text, scene }) => {
  if (!ANSWER.test(text)) return undefined;
  const back = text.endsWith("and you") ? ["I am fine too."] : [];
  return say(
    pick(scene, ["Okay.", "All right.", "I see."]),
    ...back,
    "What else can I do for you?",
  );
};

export const praise: Skill = ({ text, scene }) =>
  PRAISE.test(text) ? say(pick(scene, ["I am glad.", "Good to hear."]), "What else?") : undefined;
