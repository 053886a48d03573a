/** Says what it can do: its skills, and what the app's functions are for. */
import { listed } from "../words/plain.ts";
import { say, type Skill } from "../utterance.ts";

const ASKS =
  /\bwhat (?:can|could) (?:you|i) (?:do|say|ask|help)\b|\bwhat are (?:you able|your (?:skills|abilities|functions|features))\b|\bhow (?:can|could|do) you help\b|\bwhat do you do\b|\bwhat are you (?:good|capable)\b|^(?:please )?help(?: me)?(?: please)?$|\bwhat (?:else )?(?:do you know|can i ask)$/;

const named = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[_.:-]+/g, " ")
    .toLowerCase();

export const help: Skill = ({ text, scene }) => {
  if (!ASKS.test(text)) return undefined;
  const functions = scene.tools.functions.map((tool) => named(tool.name ?? "")).slice(0, 5);
  const also = functions.length === 0 ? [] : [`This app also lets me call ${listed(functions)}.`];
  return say(
    "I can tell the time in big cities, do sums, count, spell, tell a story and remember what you tell me.",
    ...also,
  );
};
