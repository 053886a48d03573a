/** Repeats the model's last text, the user's last text, or a text that the user dictates. */
import { earlierTexts, modelTexts, say, type Skill } from "../utterance.ts";
import { inSecondPerson } from "../words/person.ts";
import { capitalised } from "../words/plain.ts";

const REPEAT =
  /^(?:(?:sorry|please|can you|could you|would you|ok|okay|i am sorry) )*(?:repeat(?: (?:that|it|please|yourself|what you said))*|say (?:that|it) (?:again|once more)|(?:one more time|once more|again|pardon(?: me)?|come again|excuse me|sorry|what|huh)|what (?:did you say|was that|did you just say)|i (?:did not|could not|can not) (?:catch|hear|get|understand) (?:that|you|it|what you said))(?: (?:please|again|slowly))*$/;

export const repeat: Skill = ({ text, context }) =>
  REPEAT.test(text)
    ? say(modelTexts(context.history).at(-1) ?? "I have not said anything yet.")
    : undefined;

const QUOTE = /\bwhat (?:did|have) i (?:just )?(?:say|said)\b|\brepeat what i (?:just )?said\b/;

export const quote: Skill = ({ text, context }) => {
  if (!QUOTE.test(text)) return undefined;
  const last = earlierTexts(context).at(-1);
  return say(last === undefined ? "You have not said anything before." : `You said: ${last}`);
};

const SAY =
  /^(?:(?:please|can you|could you|now) )*(?:repeat after me|say after me|(?!say (?:something|anything|that|it|again|what|when|which|who)\b)say)\b[\s:,]*(.+)$/i;

/** "say hello to Bob", "repeat after me: the rain in Spain". */
export const parrot: Skill = ({ raw, plain }) => {
  const words = SAY.exec(plain)?.[1];
  if (words === undefined) return undefined;
  const quoted = /["“]([^"”]+)["”]/.exec(raw)?.[1];
  if (quoted !== undefined) return say(quoted);
  const hello = /^(hello|hi|good (?:morning|night|evening)) to (.+)$/i.exec(words);
  if (hello === null) return say(`${capitalised(words)}.`);
  return say(`${capitalised(hello[1] ?? "")}, ${inSecondPerson(hello[2] ?? "")}!`);
};
