/** Tells one of its stories: the way to hear a long turn, and to interrupt it. */
import { STORIES } from "../data/stories.ts";
import { sentences } from "../words/plain.ts";
import { modelsWords, pick, say, type Skill } from "../utterance.ts";

const ASKS =
  /\b(tell|read|give|hear|want|like|make up|invent|know)\b.*\b(story|stories|tale|tales)\b(?! (about me|of mine))|^(please )?(a|an|another|one|once|more|the)?( \w+)? ?(story|tale)( please)?$|\b(talk|speak|go on|keep talking|say something|chat)\b.*\b(for a (long )?(while|time|bit|minute)|at length|something long|very long)\b|\b(say|tell me) something long\b/;

/** A story that was told before waits until all have been. */
export const story: Skill = ({ text, scene }) => {
  if (!ASKS.test(text) || /^(he|she|they|i) (told|knows|know)\b/.test(text)) return undefined;
  const told = modelsWords(scene.history).join(" ");
  const fresh = STORIES.filter((story) => !told.includes(sentences(story)[0] ?? story));
  const chosen = pick(scene, fresh.length > 0 ? fresh : STORIES);
  return say(...sentences(chosen).map((sentence) => `${sentence}.`));
};
