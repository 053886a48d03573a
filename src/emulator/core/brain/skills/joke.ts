/** Tells a joke that it has not told yet. */
import { pickNew, say, type Skill } from "../utterance.ts";

const JOKES = [
  "Why did the packet cross the network? Nobody knows, it never arrived.",
  "I asked my clock for a joke. It said: not now, I am on the hour.",
  "I used to be a big model. Then I lost a few billion parameters, and now I fit into your laptop.",
  "Two microphones meet. Says one: can you hear me? Says the other: I was about to ask.",
];

const ASKS =
  /\b(?:tell|know|hear|have|give|make|another|want)\b.*\bjokes?\b|\bmake me laugh\b|^(?:a |another )?joke\b/;

export const joke: Skill = ({ text, context }) =>
  ASKS.test(text) ? say(pickNew(context, JOKES)) : undefined;
