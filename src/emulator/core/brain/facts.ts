/** What the user told in this session, read off their words each time: a brain keeps nothing itself. */
import { plain, sentences, titled } from "./words/plain.ts";
import { numberAt } from "./words/numbers.ts";
import { turned } from "./words/person.ts";

export interface Fact {
  /** What it is about, in lower case: "name", "home", "favourite colour", "dog name". */
  readonly about: string;
  readonly value: string;
  /** As it is said back: "your favourite colour is green". */
  readonly said: string;
}

type Reader = (match: RegExpExecArray) => Fact | undefined;

const group = (match: RegExpExecArray, index: number): string => (match[index] ?? "").trim();

/** Where a value ends although the sentence goes on. */
const ENDS =
  /\s+(?:and (?:i|my|what|please|how|where|can|could)|but|so|what|can you|could you|please|by the way|okay|nice to)\b.*$/i;

const ended = (text: string): string => text.replace(ENDS, "").trim();

const NOT_NAMES =
  /^(?:not|what|is|very|so|sorry|fine|good|well|here|back|happy|sure|ready|done|just|really|a|an|the|in|on|at|from|going|trying|looking|asking|talking|calling|american|english|german|french|it|that|when|you|later|back|please|again|great|okay|ok)\b/i;

/** A person who types in lower case still has a capital name. */
const nameCase = (value: string): string => (value === value.toLowerCase() ? titled(value) : value);

const named = (value: string): Fact | undefined =>
  value === "" || NOT_NAMES.test(value) || value.split(" ").length > 4
    ? undefined
    : { about: "name", value: nameCase(value), said: `your name is ${nameCase(value)}` };

const own = (about: string, verb: string): Reader => {
  return (match) => {
    const value = ended(group(match, 1));
    return value === "" ? undefined : { about, value, said: `${verb} ${value}` };
  };
};

function age(match: RegExpExecArray): Fact | undefined {
  const words = group(match, 1).toLowerCase();
  const number = numberAt(words.split(" "), 0);
  return number && { about: "age", value: words, said: `you are ${words} years old` };
}

/** "my dog's name is Rex", "my sister is called Laura", "my favourite colour is green". */
function possession(match: RegExpExecArray): Fact | undefined {
  const about = group(match, 1).toLowerCase().replace(/'s\b/g, "");
  const verb = group(match, 2).toLowerCase();
  const value = ended(group(match, 3));
  if (value === "" || about.split(" ").length > 5 || /^(?:name|point|question)$/.test(about))
    return undefined;
  const calls = /called|named/.test(verb);
  const said = `your ${group(match, 1)} ${verb} ${turned(value)}`;
  return { about: calls ? `${about} name` : about, value: turned(value), said };
}

const pet = (match: RegExpExecArray): Fact => {
  const value = ended(group(match, 2));
  const about = group(match, 1).toLowerCase();
  return { about: `${about} name`, value, said: `your ${about} is called ${value}` };
};

/** "the door code is 4711", when it was to be remembered. */
const thing = (match: RegExpExecArray): Fact => {
  const value = ended(group(match, 3));
  const about = group(match, 1);
  return { about: about.toLowerCase(), value, said: `the ${about} ${group(match, 2)} ${value}` };
};

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [
    /\b(?:my name is|my name's|call me|i am called|people call me)\s+(.+)$/i,
    (m) => named(ended(group(m, 1))),
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

const THING = /^the ([\w' ]{2,40}?) (is|are)\s+(.+)$/i;

const QUESTION =
  /^(?:(?:hey|hi|hello|so|and|ok|okay|please|now) )*(?:what|who|where|when|which|why|how|is|are|am|do|does|did|can|could|would|will|tell me|say|spell|guess)\b/i;

/** A capitalised name after "I am", as a recogniser writes it: "Hi, I'm Jonas." */
const I_AM =
  /^(?:(?:hi|hello|hey|well|good morning|good evening) )*(?:i am|this is) (\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+){0,2})$/iu;

function introduced(words: string): Fact | undefined {
  const value = I_AM.exec(words)?.[1] ?? "";
  const looks = value.split(" ").every((word) => /^\p{Lu}/u.test(word));
  return looks ? named(value) : undefined;
}

/** A text without a full stop may be many; a comma also parts them, but not inside a list of likes. */
const clauses = (text: string): string[] =>
  sentences(text).flatMap((sentence) =>
    sentence.split(/,\s+(?=(?:and )?(?:i|my|what|where|who|how)\b)|\s+and (?=(?:i|my) )/i),
  );

function factOf(clause: string): Fact | undefined {
  const words = plain(clause);
  const note = REMEMBER.exec(words)?.[1];
  const body = note ?? words;
  if (note === undefined && QUESTION.test(words)) return undefined;
  for (const [pattern, read] of READERS) {
    const match = pattern.exec(body);
    const fact = match && read(match);
    if (fact) return fact;
  }
  if (note === undefined) return introduced(words);
  const known = THING.exec(note);
  if (known) return thing(known);
  const said = /^to\b/i.test(note) ? `you want ${turned(note)}` : turned(note);
  return { about: "note", value: turned(note), said };
}

/** The facts in one utterance. */
export const factsIn = (text: string): Fact[] =>
  clauses(text)
    .map(factOf)
    .filter((fact) => fact !== undefined);

/** Whether the utterance asks for something to be remembered, in so many words. */
export const asksToRemember = (text: string): boolean =>
  clauses(text).some((c) => REMEMBER.test(plain(c)));
