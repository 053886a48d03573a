/** Fills a function's arguments from the words of a command. */
import type { Content } from "@google/genai";
import { edits } from "../words/places.ts";
import { stems } from "../words/stem.ts";
import { alike, EMPTY, parted } from "./lexicon.ts";
import { allNumbers, quantities } from "./quantities.ts";
import { referred, thingsFound } from "./references.ts";
import { roleOf } from "./parameter-roles.ts";
import type { Callable, Parameter } from "./schema.ts";
import { isFree, leftover, quoted, slotsOf, take, type Slots } from "./slots.ts";
import { marked, remaining } from "./strings.ts";

export interface Filled {
  readonly args: Record<string, unknown>;
  /** Required parameters that the words say nothing about. */
  readonly missing: readonly Parameter[];
}

/** A recogniser's near miss of a longer word is still that word. */
const sounds = (slots: Slots, said: string, wanted: string): boolean =>
  said === wanted ||
  (alike(said, wanted) && !slots.orders.includes(said)) ||
  (wanted.length >= 5 && edits(said, wanted) <= 1);

interface Choice {
  readonly value: string;
  readonly at: number;
  readonly length: number;
}

function choicesIn(slots: Slots, choices: readonly string[]): Choice[] {
  const said = stems(slots.words);
  return choices
    .flatMap((value): Choice[] => {
      const wanted = stems(parted(value));
      const at = said.findIndex((_, i) =>
        wanted.every((word, j) => isFree(slots, i + j) && sounds(slots, said[i + j] ?? "", word)),
      );
      return at < 0 || wanted.length === 0 ? [] : [{ value, at, length: wanted.length }];
    })
    .sort((a, b) => b.length - a.length || a.at - b.at);
}

/** The choices named, longest names first, none of whose words serve another. */
export function chosen(slots: Slots, choices: readonly string[]): string[] {
  return choicesIn(slots, choices)
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

/** On or off, with or without; an unmentioned option stays unset, a required one follows the order. */
function truth(slots: Slots, parameter: Parameter): boolean | undefined {
  const text = slots.words.join(" ");
  const name = parted(parameter.name);
  const off = OFF.test(text);
  if (
    SWITCH.test(name.join(" ")) &&
    /\b(?:on|off|enable|disable|activate|deactivate)\b/.test(text)
  ) {
    slots.words.forEach((word, at) => /^(?:on|off)$/.test(word) && take(slots, at, 1));
    return !off;
  }
  const at = stems(slots.words).findIndex(
    (word, i) => isFree(slots, i) && stems(name).some((own) => own === word && !EMPTY.has(own)),
  );
  if (at >= 0) {
    const negated = OFF.test(slots.words.slice(Math.max(0, at - 2), at).join(" "));
    return !negated;
  }
  return parameter.required ? !off : undefined;
}

const isNumeric = ({ kind }: Parameter): boolean => kind === "number" || kind === "integer";

function listFor(slots: Slots, { items }: Parameter): unknown[] {
  if (items === undefined) return [];
  if (isNumeric(items)) return allNumbers(slots, items.kind === "integer");
  if (items.choices.length > 0) return chosen(slots, items.choices);
  return leftover(slots)
    .split(/\s+and\s+|,\s*/)
    .filter((part) => part !== "");
}

interface Filling {
  readonly slots: Slots;
  /** What the user may point at. */
  readonly things: ReturnType<typeof thingsFound>;
  readonly args: Record<string, unknown>;
}

function set({ args }: Filling, { name }: Parameter, value: unknown): void {
  const empty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  if (!empty) args[name] = value;
}

const isText = ({ kind, choices }: Parameter): boolean => kind === "string" && choices.length === 0;

function fillStrings(filling: Filling, texts: readonly Parameter[]): void {
  const { slots, args } = filling;
  const open = (): Parameter[] => texts.filter(({ name }) => args[name] === undefined);
  // A time or a date is the surest; then what a word leads up to, whether required or not.
  const sure = (parameter: Parameter): number =>
    /^(?:time|date)$/.test(roleOf(parameter)) ? 0 : 1;
  for (const parameter of [...texts].sort((a, b) => sure(a) - sure(b)))
    set(filling, parameter, marked(slots, parameter));
  for (const parameter of open()) {
    const alone = texts.length === 1;
    if (!parameter.required && !alone) continue;
    if (/^(?:time|date)$/.test(roleOf(parameter))) continue;
    set(filling, parameter, quoted(slots) || remaining(slots, parameter));
  }
}

function fill(filling: Filling, parameters: readonly Parameter[]): void {
  const { slots } = filling;
  const whole = parameters.find(
    ({ required, kind }) => required && kind === "string" && quotesOnly(slots),
  );
  if (whole !== undefined && isText(whole)) set(filling, whole, quoted(slots));
  for (const parameter of parameters)
    if (parameter.choices.length > 0 && parameter.kind === "string")
      set(filling, parameter, chosen(slots, parameter.choices)[0]);
  for (const parameter of parameters)
    if (parameter.kind === "boolean") set(filling, parameter, truth(slots, parameter));
  for (const parameter of parameters.filter(refers))
    set(filling, parameter, referred(slots, parameter, filling.things));
  // Hours of the day must be taken before they pass for quantities.
  const texts = parameters.filter(isText);
  for (const parameter of texts)
    if (/^(?:time|date)$/.test(roleOf(parameter)))
      set(filling, parameter, marked(slots, parameter));
  const given = quantities(slots, parameters.filter(isNumeric), texts.some(wantsMoney));
  for (const parameter of parameters.filter(isNumeric))
    set(filling, parameter, given.get(parameter.name));
  for (const parameter of parameters)
    if (parameter.kind === "array") set(filling, parameter, listFor(slots, parameter));
  fillStrings(
    filling,
    texts.filter(({ name }) => filling.args[name] === undefined),
  );
  for (const parameter of parameters)
    if (parameter.kind === "object") fillObject(filling, parameter);
}

/** "to" and "time" are never things of a list. */
const refers = (parameter: Parameter): boolean =>
  parameter.required && isText(parameter) && /^(?:thing|person)$/.test(roleOf(parameter));

const wantsMoney = ({ name, description }: Parameter): boolean =>
  /currenc/i.test(`${name} ${description}`) || /^(?:from|to)$/.test(name);

const quotesOnly = ({ raw }: Slots): boolean => /["“][^"”]+["”]/.test(raw);

function fillObject(filling: Filling, parameter: Parameter): void {
  const inner: Filling = { ...filling, args: {} };
  fill(inner, parameter.properties);
  if (parameter.required || Object.keys(inner.args).length > 0)
    filling.args[parameter.name] = inner.args;
}

export function argumentsFor(
  raw: string,
  callable: Callable,
  history: readonly Content[] = [],
): Filled {
  const filling: Filling = {
    slots: slotsOf(raw, callable),
    things: thingsFound(history),
    args: {},
  };
  fill(filling, callable.parameters);
  const missing: Parameter[] = [];
  for (const parameter of callable.parameters) {
    if (filling.args[parameter.name] !== undefined || !parameter.required) continue;
    if (parameter.fallback === undefined) missing.push(parameter);
    else filling.args[parameter.name] = parameter.fallback;
  }
  return { args: filling.args, missing };
}

/** The choices a command names for a parameter that takes one: "the kitchen and the bedroom" are two. */
export function alternatives(
  raw: string,
  callable: Callable,
): { name: string; values: string[] } | undefined {
  for (const { kind, choices, name } of callable.parameters) {
    if (kind !== "string" || choices.length === 0) continue;
    const values = chosen(slotsOf(raw, callable), choices);
    if (values.length > 1) return { name, values };
  }
  return undefined;
}
