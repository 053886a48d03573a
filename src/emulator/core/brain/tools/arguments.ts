/** Fills a function's arguments from the words of a command. */
import type { Content } from "@google/genai";
import { difference } from "../words/similar.ts";
import { stems } from "../words/stem.ts";
import { alike, EMPTY, parted } from "./lexicon.ts";
import { roleOf } from "./parameter-roles.ts";
import { allNumbers, isNumeric, quantities } from "./quantities.ts";
import { itemsFound, referred } from "./references.ts";
import type { Callable, Parameter } from "./schema.ts";
import { isFree, leftover, quoted, slotsOf, take, type Slots } from "./slots.ts";
import { marked, remaining } from "./strings.ts";

interface Filled {
  readonly args: Record<string, unknown>;
  /** Required parameters that the command does not mention. */
  readonly missing: readonly Parameter[];
}

/** A synonym, or a misheard word. */
const matches = (slots: Slots, spoken: string, wanted: string): boolean =>
  spoken === wanted ||
  (alike(spoken, wanted) && !slots.verbs.includes(spoken)) ||
  difference(spoken, wanted) !== undefined;

/** The choices that the command names. The longest take their words first. */
function chosen(slots: Slots, choices: readonly string[]): string[] {
  const spoken = stems(slots.words);
  return choices
    .map((value) => {
      const wanted = stems(parted(value));
      const at = spoken.findIndex((_, i) =>
        wanted.every(
          (word, j) => isFree(slots, i + j) && matches(slots, spoken[i + j] ?? "", word),
        ),
      );
      return { value, at, length: wanted.length };
    })
    .filter(({ at, length }) => at >= 0 && length > 0)
    .sort((a, b) => b.length - a.length || a.at - b.at)
    .filter(({ at, length }) => {
      if (!isFree(slots, at) || !isFree(slots, at + length - 1)) return false;
      take(slots, at, length);
      return true;
    })
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

const OFF = /\b(?:off|no|not|without|disable|disabled|false|never|do not|deactivate|mute)\b/;
const SWITCH = /\b(?:on|enabled?|active|state|power|powered|status)\b/;

/** On or off, with or without. An option that is not mentioned stays unset; a required one follows the command. */
function truth(slots: Slots, parameter: Parameter): boolean | undefined {
  const text = slots.words.join(" ");
  const name = parted(parameter.name);
  if (
    SWITCH.test(name.join(" ")) &&
    /\b(?:on|off|enable|disable|activate|deactivate)\b/.test(text)
  ) {
    slots.words.forEach((word, at) => /^(?:on|off)$/.test(word) && take(slots, at, 1));
    return !OFF.test(text);
  }
  const own = stems(name).filter((word) => !EMPTY.has(word));
  const at = stems(slots.words).findIndex((word, i) => isFree(slots, i) && own.includes(word));
  if (at >= 0) return !OFF.test(slots.words.slice(Math.max(0, at - 2), at).join(" "));
  return parameter.required ? !OFF.test(text) : undefined;
}

function listFor(slots: Slots, { items }: Parameter): unknown[] {
  if (items === undefined) return [];
  if (isNumeric(items)) return allNumbers(slots, items);
  if (items.choices.length > 0) return chosen(slots, items.choices);
  return leftover(slots)
    .split(/\s+and\s+|,\s*/)
    .filter((part) => part !== "");
}

const isText = ({ kind, choices }: Parameter): boolean => kind === "string" && choices.length === 0;

const isClock = (parameter: Parameter): boolean => /^(?:time|date)$/.test(roleOf(parameter));

const isReference = (parameter: Parameter): boolean =>
  parameter.required && /^(?:thing|person)$/.test(roleOf(parameter));

const takesCurrency = ({ name, description }: Parameter): boolean =>
  /currenc/i.test(`${name} ${description}`) || /^(?:from|to)$/.test(name);

interface Filling {
  readonly slots: Slots;
  readonly parameters: readonly Parameter[];
  /** The command may refer to them. */
  readonly items: ReturnType<typeof itemsFound>;
}

/** Sets the arguments that are still unset. */
function set(
  args: Record<string, unknown>,
  parameters: readonly Parameter[],
  valueFor: (parameter: Parameter) => unknown,
): void {
  for (const parameter of parameters) {
    const value = args[parameter.name] ?? valueFor(parameter);
    const empty = value === "" || (Array.isArray(value) && value.length === 0);
    if (value !== undefined && !empty) args[parameter.name] = value;
  }
}

/** The surest kind of argument takes its words first: a time before a quantity, free text last. */
function fill({ slots, parameters, items }: Filling): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  const of = (...kinds: Parameter["kind"][]): Parameter[] =>
    parameters.filter(({ kind }) => kinds.includes(kind));
  const strings = of("string");
  const texts = strings.filter(isText);
  const numbers = of("number", "integer");
  const first = strings.slice(0, 1).filter((parameter) => parameter.required && isText(parameter));
  set(args, first, () => quoted(slots));
  const enums = strings.filter((parameter) => !isText(parameter));
  set(args, enums, ({ choices }) => chosen(slots, choices)[0]);
  set(args, of("boolean"), (parameter) => truth(slots, parameter));
  set(args, texts.filter(isReference), (parameter) => referred(slots, parameter, items));
  set(args, texts.filter(isClock), (parameter) => marked(slots, parameter));
  const given = quantities(slots, numbers, texts.some(takesCurrency));
  set(args, numbers, ({ name }) => given.get(name));
  set(args, of("array"), (parameter) => listFor(slots, parameter));
  const open = texts.filter(
    (parameter) => args[parameter.name] === undefined && !isClock(parameter),
  );
  set(args, open, (parameter) => marked(slots, parameter));
  const rest = open.filter(({ required }) => required || open.length === 1);
  set(args, rest, (parameter) => quoted(slots) || remaining(slots, parameter));
  set(args, of("object"), ({ properties, required }) => {
    const inner = fill({ slots, parameters: properties, items });
    return required || Object.keys(inner).length > 0 ? inner : undefined;
  });
  return args;
}

export function argumentsFor(
  raw: string,
  callable: Callable,
  history: readonly Content[] = [],
): Filled {
  const { parameters } = callable;
  const args = fill({ slots: slotsOf(raw, callable), parameters, items: itemsFound(history) });
  const unset = parameters.filter(({ name, required }) => required && args[name] === undefined);
  for (const { name, fallback } of unset) if (fallback !== undefined) args[name] = fallback;
  return { args, missing: unset.filter(({ name }) => args[name] === undefined) };
}

/** Several choices named for a parameter that takes one: "the kitchen and the bedroom". */
export function alternatives(
  raw: string,
  callable: Callable,
): { name: string; values: string[] } | undefined {
  return callable.parameters
    .filter(({ kind, choices }) => kind === "string" && choices.length > 0)
    .map(({ name, choices }) => ({ name, values: chosen(slotsOf(raw, callable), choices) }))
    .find(({ values }) => values.length > 1);
}
