/** The persona in the system instruction: name, role, greeting and brevity. */

interface Persona {
  /** "Maya". */
  readonly name: string | undefined;
  /** "a friendly shop assistant". */
  readonly role: string | undefined;
  /** The prescribed greeting. */
  readonly greeting: string | undefined;
  /** The instruction asks for short answers. */
  readonly brief: boolean;
}

const NAME = String.raw`(\p{Lu}[\p{L}\d'-]*(?: \p{Lu}[\p{L}\d'-]*){0,2})`;

const NAMES = [
  String.raw`(?:[Yy]our name is|[Yy]ou are (?:called|named)|[Cc]all yourself|[Aa]ct as|[Yy]ou go by)\s+${NAME}`,
  String.raw`\b(?:named|called) ${NAME}`,
  String.raw`[Yy]ou(?: are|'re) (?!An? |The )${NAME}(?=[,.;]|$| and\b| from\b| the\b|—)`,
].map((pattern) => new RegExp(pattern, "u"));

/** An adjective before a comma: the role goes on behind it. */
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

export function personaOf(instruction: string): Persona {
  const first = (patterns: readonly RegExp[]): string | undefined =>
    patterns.map((pattern) => pattern.exec(instruction)?.[1]?.trim()).find(Boolean);
  return {
    name: first(NAMES),
    role: first(ROLES),
    greeting: first(GREETINGS),
    brief: BRIEF.test(instruction),
  };
}

/** "I am Maya, a friendly shop assistant." */
export function introduction({ name, role }: Persona): string {
  const titles = [name, role].filter((part) => part !== undefined);
  return titles.length === 0 ? "I am parley's local emulator." : `I am ${titles.join(", ")}.`;
}
