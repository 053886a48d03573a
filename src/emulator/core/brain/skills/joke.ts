/** Tells a short joke of its own. */
import { modelsWords, pick, say, type Skill } from "../utterance.ts";

const JOKES: readonly string[] = [
  "Why did the packet cross the network? Nobody knows, it never arrived.",
  "I asked my clock for a joke. It said: not now, I am on the hour.",
  "I used to be a big model. Then I lost a few billion parameters, and now I fit into your laptop.",
  "Two microphones meet. Says one: can you hear me? Says the other: I was about to ask.",
];

const ASKS =
  /\b(?:tell|know|hear|have|give|make|another|want)\b.*\bjokes?\b|\bmake me laugh\b|^(?:a |another )?joke\b/;

export const joke: Skill = ({ text, scene }) => {
  if (!ASKS.test(text)) return undefined;
  const told = modelsWords(scene.history).join(" ");
  const fresh = JOKES.filter((joke) => !told.includes(joke));
  return say(pick(scene, fresh.length > 0 ? fresh : JOKES));
};
