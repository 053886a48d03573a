/** The last resort: says what it heard, so that a person sees that hearing works. */
import { clipped, sentences } from "../words/plain.ts";
import { modelsWords, pick, say, type Skill } from "../utterance.ts";

/** Longer echoes bore. */
const WORDS = 25;

const FIRST = "I am a local emulator with simple rules, so I can not say more about that.";

const LATER = [
  "That is beyond my rules.",
  "My rules have no answer to that.",
  "Ask me for the time, a sum or a story, and I can do more.",
];

export const echo: Skill = ({ raw, scene }) => {
  const heard = clipped(sentences(raw).join(". "), WORDS);
  const before = modelsWords(scene.history).some((words) => words.includes(FIRST));
  return say(
    `${pick(scene, ["I heard:", "I heard you say:"])} ${heard}.`,
    before ? pick(scene, LATER) : FIRST,
  );
};
