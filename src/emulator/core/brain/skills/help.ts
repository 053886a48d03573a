/** Lists the abilities of the brain and the app's functions. */
import { spokenName } from "../tools/lexicon.ts";
import { listed } from "../words/plain.ts";
import { say, type Skill } from "../utterance.ts";

const ASKS =
  /\bwhat (?:can|could) (?:you|i) (?:do|say|ask|help)\b|\bwhat are (?:you able|your (?:skills|abilities|functions|features))\b|\bhow (?:can|could|do) you help\b|\bwhat do you do\b|\bwhat are you (?:good|capable)\b|^(?:please )?help(?: me)?(?: please)?$|\bwhat (?:else )?(?:do you know|can i ask)$/;

export const help: Skill = ({ text, context }) => {
  if (!ASKS.test(text)) return undefined;
  const functions = context.tools.functions.map(({ name = "" }) => spokenName(name)).slice(0, 5);
  const also = functions.length === 0 ? [] : [`This app also lets me call ${listed(functions)}.`];
  return say(
    "I can tell the time in big cities, do sums, count, spell, tell a story and remember what you tell me.",
    ...also,
  );
};
