/** Says that it is a local emulator with rules, whatever persona the setup gives it. */
import { introduction, personaOf } from "../persona.ts";
import { say, type Skill } from "../utterance.ts";

const ASKS_WHO =
  /\bwho are you\b|\bwhat are you( exactly| really| then| called)?$|\b(what|tell me|know|have)\b.*\byour name\b|\bdo you have a name\b|\bintroduce yourself\b|\bwho (am i|is this|are we|do i) (talking|speaking|chatting)?|\bwho made you\b|\babout yourself\b|\bwhat should i call you\b/;

const ASKS_WHAT =
  /\b(are you|is this|is it|this is|am i (talking|speaking) (to|with)) (\w+ ){0,3}(real|human|person|robot|machine|bot|ai|gemini|model|gpt|google|alive|computer|emulator|fake|recording|intelligent|conscious|llm)\b|\b(which|what|large|a) (\w+ )?(language )?(model|llm|ai)\b.*(\byou\b|\bthis\b|\bbehind\b|\btalking\b|\brunning\b)|\b(which|what) (kind|sort|type) of (ai|bot|machine|model|assistant|thing)\b|\bartificial intelligence\b|\blanguage model\b|\bwhat (model|llm)\b/;

const HONEST = "I follow simple rules, and there is no language model behind me.";
const HOSTED =
  "I run on a local emulator of the Live API, with simple rules and no language model.";

export const identity: Skill = ({ text, context }) => {
  const what = ASKS_WHAT.test(text);
  if (!what && !ASKS_WHO.test(text)) return undefined;
  const persona = personaOf(context.instruction);
  const who = introduction(persona);
  const honest = persona.name === undefined && persona.role === undefined ? HONEST : HOSTED;
  if (/\b(human|person)\b/.test(text)) return say(`No, I am not a person. ${who}`, honest);
  if (/\b(gemini|gpt|google)\b/.test(text))
    return say(`No, this is not a big model. ${who}`, honest);
  return say(who, honest);
};
