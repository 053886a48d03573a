/** Tells a story that it has not told yet: a long turn, for tests of interruptions. */
import { STORIES } from "../data/stories.ts";
import { sentences } from "../words/plain.ts";
import { pickNew, say, type Skill } from "../utterance.ts";

const ASKS =
  /\b(tell|read|give|hear|want|like|make up|invent|know)\b.*\b(story|stories|tale|tales)\b(?! (about me|of mine))|^(please )?(a|an|another|one|once|more|the)?( \w+)? ?(story|tale)( please)?$|\b(talk|speak|go on|keep talking|say something|chat)\b.*\b(for a (long )?(while|time|bit|minute)|at length|something long|very long)\b|\b(say|tell me) something long\b/;

export const story: Skill = ({ text, context }) => {
  if (!ASKS.test(text) || /^(he|she|they|i) (told|knows|know)\b/.test(text)) return undefined;
  return say(...sentences(pickNew(context, STORIES)).map((sentence) => `${sentence}.`));
};
