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

export const echo: Skill = ({ raw, context }) => {
  const recognized = clipped(sentences(raw).join(". "), WORDS);
  const before = modelTexts(context.history).some((words) => words.includes(FIRST));
  return say(
    `${pick(context, ["I heard:", "I heard you say:"])} ${recognized}.`,
    before ? pick(context, LATER) : FIRST,
  );
};
