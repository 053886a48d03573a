/**
 * Chooses the functions that a sentence asks for, and fills their arguments.
 *
 *     words ──▶ clauses ──▶ best function of each, above the threshold ──▶ arguments ──▶ calls, or what is missing
 */
import type { FunctionDeclaration } from "@google/genai";
import type { FunctionCallStep, Scene } from "../../ports.ts";
import { plain } from "../words/plain.ts";
import { stems } from "../words/stem.ts";
import { alternatives, argumentsFor } from "./arguments.ts";
import { clausesOf, lead } from "./clauses.ts";
import { callableOf, type Callable, type Parameter } from "./schema.ts";
import {
  ENOUGH,
  ENOUGH_FOR_STATEMENT,
  isRequest,
  profileOf,
  score,
  type Profile,
} from "./score.ts";
import { STOP_STREAMING, streamToStop } from "./streaming.ts";
import { TRANSFER, transferFor } from "./transfer.ts";

export interface Choice {
  readonly calls: readonly FunctionCallStep[];
  /** A function that fits but lacks an argument. */
  readonly lacking:
    | { readonly callable: Callable; readonly missing: readonly Parameter[] }
    | undefined;
}

interface Fit {
  readonly callable: Callable;
  readonly score: number;
}

interface Kit {
  readonly scene: Scene;
  readonly callables: readonly Callable[];
  readonly profiles: readonly Profile[];
}

/** Declarations are read once: a session keeps the same objects from turn to turn. */
const read = new WeakMap<FunctionDeclaration, Callable>();

function callableFor(declaration: FunctionDeclaration): Callable {
  const known = read.get(declaration) ?? callableOf(declaration);
  read.set(declaration, known);
  return known;
}

const SPECIAL: ReadonlySet<string> = new Set([STOP_STREAMING, TRANSFER]);

function kitOf(scene: Scene): Kit {
  const callables = scene.tools.functions.map(callableFor).filter(({ name }) => name !== "");
  const profiles = callables.filter(({ name }) => !SPECIAL.has(name)).map(profileOf);
  return { scene, callables, profiles };
}

const wordsOf = (text: string): string[] => {
  const words = plain(text).toLowerCase();
  return words === "" ? [] : words.split(" ");
};

function best(kit: Kit, clause: string): Fit | undefined {
  const said = stems(wordsOf(clause));
  let found: Fit | undefined;
  for (const profile of kit.profiles) {
    const fit = score(said, profile);
    if (fit > (found?.score ?? 0)) found = { callable: profile.callable, score: fit };
  }
  return found;
}

const enough = (fit: Fit | undefined, clause: string): fit is Fit =>
  fit !== undefined &&
  fit.score >= (isRequest(wordsOf(clause).join(" ")) ? ENOUGH : ENOUGH_FOR_STATEMENT);

interface Pick {
  readonly callable: Callable;
  /** The words its arguments are drawn from. */
  readonly words: string;
}

/** Later clauses may lean on the verb of the first, but must name something of their own. */
function picksOf(kit: Kit, raw: string): Pick[] {
  const [first = "", ...rest] = clausesOf(raw);
  const opening = best(kit, first);
  if (rest.length === 0 || !enough(opening, first)) return [];
  const picks: Pick[] = [{ callable: opening.callable, words: first }];
  for (const clause of rest) {
    const own = best(kit, clause);
    const lent = `${lead(first)} ${clause}`;
    const words = enough(own, clause) && own.score >= ENOUGH ? clause : lent;
    const fit = best(kit, words);
    const names = (own?.score ?? 0) >= OWN;
    if (fit === undefined || !names || !enough(fit, words)) continue;
    picks.push({ callable: fit.callable, words });
  }
  return picks;
}

/** What a clause must score by itself before it may lean on another's verb. */
const OWN = 2;

function callsOf({ callable, words }: Pick): Choice {
  const several = alternatives(words, callable);
  const { args, missing } = argumentsFor(words, callable);
  if (missing.length > 0) return { calls: [], lacking: { callable, missing } };
  const { name } = callable;
  if (several === undefined) return { calls: [{ name, args }], lacking: undefined };
  const calls = several.values.map((value) => ({ name, args: { ...args, [several.name]: value } }));
  return { calls, lacking: undefined };
}

const same = (a: FunctionCallStep, b: FunctionCallStep): boolean =>
  a.name === b.name && JSON.stringify(a.args) === JSON.stringify(b.args);

function joined(picks: readonly Pick[]): readonly FunctionCallStep[] {
  const calls = picks.flatMap((pick) => callsOf(pick).calls);
  return calls.filter((call, at) => calls.findIndex((other) => same(call, other)) === at);
}

const firstText = ({ parameters }: Callable): string =>
  parameters.find(({ kind }) => kind === "string")?.name ?? "";

const one = (callable: Callable, value: string): Choice => ({
  calls: [{ name: callable.name, args: { [firstText(callable)]: value } }],
  lacking: undefined,
});

function stopping(kit: Kit, text: string): Choice | undefined {
  const callable = kit.callables.find(({ name }) => name === STOP_STREAMING);
  const running = callable && streamToStop(text, stems(text.split(" ")), kit.callables, kit.scene);
  return callable && running !== undefined ? one(callable, running) : undefined;
}

function transferring(kit: Kit, text: string, rival: number): Choice | undefined {
  const callable = kit.callables.find(({ name }) => name === TRANSFER);
  if (callable === undefined || !isRequest(text)) return undefined;
  const found = transferFor(text, stems(text.split(" ")), callable, kit.scene.instruction);
  return found !== undefined && found.score > rival ? one(callable, found.agent) : undefined;
}

/** The calls that the words ask for; undefined when no declared function fits. */
export function choose(scene: Scene, raw: string): Choice | undefined {
  if (scene.tools.functions.length === 0) return undefined;
  const kit = kitOf(scene);
  const text = wordsOf(raw).join(" ");
  const stopped = stopping(kit, text);
  if (stopped !== undefined) return stopped;
  const whole = best(kit, raw);
  const fits = enough(whole, raw);
  const moved = transferring(kit, text, fits ? whole.score : 0);
  if (moved !== undefined) return moved;
  const picks = picksOf(kit, raw);
  const calls = joined(picks);
  if (calls.length > 1) return { calls, lacking: undefined };
  if (fits) return callsOf({ callable: whole.callable, words: raw });
  const first = picks[0];
  return first === undefined ? undefined : callsOf(first);
}

/** The clauses of an order that are still to be done, once the earlier ones have their answers. */
export function laterPicks(scene: Scene, raw: string): readonly Pick[] {
  return scene.tools.functions.length === 0 ? [] : picksOf(kitOf(scene), raw).slice(1);
}
