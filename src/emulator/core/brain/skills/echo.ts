/** The last skill: repeats what it heard, which shows that speech recognition works. */
import { clipped, sentences } from "../words/plain.ts";
import { modelTexts, pick, say, type Skill } from "../utterance.ts";

/** The most words that it repeats. */
const WORDS = 25;

const FIRST = "I am a local emulator with simple rules, so I can not say more about that.";

const LATER = [
  "That is beyond my rules.",
  "My rules have no answer to that.",
  "Ask me for the time, a sum or a story, and I can do more.",
];

export const echo: Skill = ({ raw, scene }) => {
  const heard = clipped(sentences(raw).join(". "), WORDS);
  const before = modelTexts(scene.history).some((words) => words.includes(FIRST));
  return say(
    `${pick(scene, ["I heard:", "I heard you say:"])} ${heard}.`,
    before ? pick(scene, LATER) : FIRST,
  );
};
