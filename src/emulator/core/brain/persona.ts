/** Who the setup's instruction wants the brain to be, as far as rules can honestly be that. */

export interface Persona {
  /** "Maya", when the instruction gives a name. */
  readonly name: string | undefined;
  /** "a friendly shop assistant", when it says what the agent is. */
  readonly role: string | undefined;
  /** Words it is told to greet with. */
  readonly greeting: string | undefined;
  /** It is asked to be short. */
  readonly brief: boolean;
}

const first = (text: string, patterns: readonly RegExp[]): string | undefined => {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1]?.trim();
    if (found !== undefined && found !== "") return found;
  }
  return undefined;
};

const NAME = String.raw`(\p{Lu}[\p{L}\d'-]*(?: \p{Lu}[\p{L}\d'-]*){0,2})`;

const NAMES = [
  new RegExp(
    String.raw`(?:[Yy]our name is|[Yy]ou are (?:called|named)|[Cc]all yourself|[Aa]ct as|[Yy]ou go by)\s+${NAME}`,
    "u",
  ),
  new RegExp(String.raw`\b(?:named|called) ${NAME}`, "u"),
  new RegExp(
    String.raw`[Yy]ou(?: are|'re) (?!An? |The )${NAME}(?=[,.;]|$| and\b| from\b| the\b|—)`,
    "u",
  ),
];

/** What one is like, rather than what one is: a role does not end at the comma after it. */
const TRAIT = String.raw`[\p{L}-]*(?:ly|ful|ous|less|able|ible|ing|kind|warm|calm|wise|smart|polite|concise|patient|witty|attentive|creative)`;

const ROLES = [
  new RegExp(
    String.raw`\byou(?: are|'re) (?:\p{Lu}[\p{L}'-]*,? )?(an? (?:${TRAIT}, )*[^.,;:\n]{3,80}?)(?= (?:named|called|who|that|which|for whom)\b|[.,;:\n]|$)`,
    "iu",
  ),
  /\byou(?: are|'re) \p{Lu}[\p{L} '-]*, ((?:an?|the) [^.,;:\n]{3,80}?)(?= (?:who|that|which)\b|[.,;:\n]|$)/u,
];

const GREETINGS = [
  /\b(?:greet|welcome|open|begin|start)\b[^".“\n]{0,60}?(?:with|by saying|saying)[:,]? ?["“]([^"”]+)["”]/i,
  /\bsay ["“]([^"”]+)["”] (?:first|to begin|at the start|when)/i,
];

const BRIEF =
  /\b(?:brief|briefly|concise|concisely|terse|short answers?|one sentence|keep (?:it|your (?:answers|replies|responses)) short|as few words)\b/i;

export const personaOf = (instruction: string): Persona => ({
  name: first(instruction, NAMES),
  role: first(instruction, ROLES),
  greeting: first(instruction, GREETINGS),
  brief: BRIEF.test(instruction),
});

/** "I am Maya, a friendly shop assistant." or "I am a local emulator.". */
export function introduction({ name, role }: Persona): string {
  const titles = [name, role].filter((part) => part !== undefined);
  return titles.length === 0 ? "I am parley's local emulator." : `I am ${titles.join(", ")}.`;
}
