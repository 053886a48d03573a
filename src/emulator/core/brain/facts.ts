/** Facts that the user states in this session. They are read from the history each time: a brain keeps no state. */
import { numberAt } from "./words/numbers.ts";
import { inSecondPerson } from "./words/person.ts";
import { plain, sentences, titled, wordsIn } from "./words/plain.ts";

export interface Fact {
  /** In lower case: "name", "home", "favourite colour", "dog name". */
  readonly about: string;
  readonly value: string;
  /** In the second person: "your favourite colour is green". */
  readonly spoken: string;
}

type Reader = (match: readonly string[]) => Fact | undefined;

/** Where a value ends although the sentence continues. */
const END =
  /\s+(?:and (?:i|my|what|please|how|where|can|could)|but|so|what|can you|could you|please|by the way|okay|nice to)\b.*$/i;

const NOT_NAMES =
  /^(?:not|what|is|very|so|sorry|fine|good|well|here|back|happy|sure|ready|done|just|really|a|an|the|in|on|at|from|going|trying|looking|asking|talking|calling|american|english|german|french|it|that|when|you|later|back|please|again|great|okay|ok)\b/i;

function named(value: string): Fact | undefined {
  if (value === "" || NOT_NAMES.test(value) || value.split(" ").length > 4) return undefined;
  const name = value === value.toLowerCase() ? titled(value) : value;
  return { about: "name", value: name, spoken: `your name is ${name}` };
}

const own =
  (about: string, verb: string): Reader =>
  ([, value = ""]) =>
    value === "" ? undefined : { about, value, spoken: `${verb} ${value}` };

const age: Reader = ([, value = ""]) =>
  numberAt(wordsIn(value), 0) && { about: "age", value, spoken: `you are ${value} years old` };

/** "my dog's name is Rex", "my sister is called Laura", "my favourite colour is green". */
function possession([, thing = "", verb = "", object = ""]: readonly string[]): Fact | undefined {
  const about = thing.toLowerCase().replace(/'s\b/g, "");
  const value = inSecondPerson(object);
  if (value === "" || about.split(" ").length > 5 || /^(?:name|point|question)$/.test(about))
    return undefined;
  const named = /called|named/i.test(verb);
  const spoken = `your ${thing} ${verb.toLowerCase()} ${value}`;
  return { about: named ? `${about} name` : about, value, spoken };
}

const pet: Reader = ([, kind = "", value = ""]) => {
  const about = kind.toLowerCase();
  return { about: `${about} name`, value, spoken: `your ${about} is called ${value}` };
};

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [
    /\b(?:my name is|my name's|call me|i am called|people call me)\s+(.+)$/i,
    ([, value = ""]) => named(value),
  ],
  [/\bi (?:live|am living|reside) (?:in|at|near)\s+(.+)$/i, own("home", "you live in")],
  [/\bi (?:am|come) from\s+(.+)$/i, own("origin", "you come from")],
  [/\bi am\s+(.+?)\s+years? old\b/i, age],
  [/\bi work as\s+(.+)$/i, own("job", "you work as")],
  [/\bi work (?:at|for|in)\s+(.+)$/i, own("work", "you work at")],
  [/\bi (?:really )?(?:like|love|prefer|enjoy)\s+(.+)$/i, own("taste", "you like")],
  [/\bi have (?:a|an) ([a-z]+) (?:called|named)\s+(.+)$/i, pet],
  [/\bmy ((?:[\w']+ ){0,4}[\w']+) (is called|are called|is named|is|are)\s+(.+)$/i, possession],
];

const REMEMBER =
  /^(?:(?:please|can you|could you|now|and|ok|okay|hey) )*(?:remember|note|do not forget|keep in mind|make a note)(?: for me)?(?: that)?\s+(.+)$/i;

/** "the gate code is 4711". */
const THING = /^the ([\w' ]{2,40}?) (is|are)\s+(.+)$/i;

const QUESTION =
  /^(?:(?:hey|hi|hello|so|and|ok|okay|please|now) )*(?:what|who|where|when|which|why|how|is|are|am|do|does|did|can|could|would|will|tell me|say|spell|guess)\b/i;

/** Capitalised, as speech recognition writes a name: "Hi, I'm Jonas." */
const I_AM =
  /^(?:(?:[Hh]i|[Hh]ello|[Hh]ey|[Ww]ell|[Gg]ood (?:morning|evening)) )*(?:[Ii] am|[Tt]his is) (\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+){0,2})$/u;

/** Also splits a text without full stops, but not a list of likes. */
const clausesOf = (text: string): string[] =>
  sentences(text)
    .flatMap((sentence) =>
      sentence.split(/,\s+(?=(?:and )?(?:i|my|what|where|who|how)\b)|\s+and (?=(?:i|my) )/i),
    )
    .map(plain);

function factIn(clause: string): Fact | undefined {
  const note = REMEMBER.exec(clause)?.[1];
  if (note === undefined && QUESTION.test(clause)) return undefined;
  for (const [pattern, read] of READERS) {
    const match = pattern.exec(note ?? clause);
    const fact = match && read(match.map((group) => group.replace(END, "").trim()));
    if (fact) return fact;
  }
  if (note === undefined) return named(I_AM.exec(clause)?.[1] ?? "");
  const [, about = "note", verb = "", thing = ""] = THING.exec(note) ?? [];
  const value = verb === "" ? inSecondPerson(note) : thing.replace(END, "").trim();
  if (verb !== "")
    return { about: about.toLowerCase(), value, spoken: `the ${about} ${verb} ${value}` };
  return { about, value, spoken: /^to\b/i.test(note) ? `you want ${value}` : value };
}

export const factsIn = (text: string): Fact[] =>
  clausesOf(text).flatMap((clause) => factIn(clause) ?? []);

export const asksToRemember = (text: string): boolean =>
  clausesOf(text).some((clause) => REMEMBER.test(clause));
