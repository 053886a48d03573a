/**
 * Chooses the functions that a sentence asks for, and fills their arguments.
 *
 *     words ──▶ clauses ──▶ best function of each, above the threshold ──▶ arguments ──▶ calls, or what is missing
 */
import type { FunctionCallStep, ReplyContext } from "../../ports.ts";
import { stems } from "../words/stem.ts";
import { alternatives, argumentsFor } from "./arguments.ts";
import {
  best,
  enough,
  kitOf,
  special,
  spokenWords,
  STOP_STREAMING,
  TRANSFER,
  type Kit,
} from "./candidates.ts";
import { picksOf, type Pick } from "./selected-functions.ts";
import type { Callable, Parameter } from "./schema.ts";
import { ENOUGH_AT_LAST, isRequest } from "./score.ts";
import { searchFor } from "./search-fallback.ts";
import { streamToStop } from "./streaming.ts";
import { transferFor } from "./transfer.ts";

export interface Choice {
  readonly calls: readonly FunctionCallStep[];
  /** A function that fits but lacks an argument. */
  readonly lacking:
    | { readonly callable: Callable; readonly missing: readonly Parameter[] }
    | undefined;
}

function callsOf({ callable, words }: Pick, { history }: ReplyContext): Choice {
  const several = alternatives(words, callable);
  const { args, missing } = argumentsFor(words, callable, history);
  if (missing.length > 0) return { calls: [], lacking: { callable, missing } };
  const { name } = callable;
  if (several === undefined) return { calls: [{ name, args }], lacking: undefined };
  const calls = several.values.map((value) => ({ name, args: { ...args, [several.name]: value } }));
  return { calls, lacking: undefined };
}

const same = (a: FunctionCallStep, b: FunctionCallStep): boolean =>
  a.name === b.name && JSON.stringify(a.args) === JSON.stringify(b.args);

function joined(picks: readonly Pick[], scene: ReplyContext): readonly FunctionCallStep[] {
  const calls = picks.flatMap((pick) => callsOf(pick, scene).calls);
  return calls.filter((call, at) => calls.findIndex((other) => same(call, other)) === at);
}

const firstText = ({ parameters }: Callable): string =>
  parameters.find(({ kind }) => kind === "string")?.name ?? "";

const one = (callable: Callable, value: string): Choice => ({
  calls: [{ name: callable.name, args: { [firstText(callable)]: value } }],
  lacking: undefined,
});

function stopping(kit: Kit, words: readonly string[]): Choice | undefined {
  const callable = special(kit, STOP_STREAMING);
  const running = callable && streamToStop(words.join(" "), stems(words), kit.callables, kit.scene);
  return callable && running !== undefined ? one(callable, running) : undefined;
}

/** @param rival the score of the function that fits best. */
function transferring(kit: Kit, text: string, rival: number): Choice | undefined {
  const callable = special(kit, TRANSFER);
  if (callable === undefined || !isRequest(text)) return undefined;
  const found = transferFor(text, callable, kit.scene.instruction);
  return found !== undefined && found.score > rival ? one(callable, found.agent) : undefined;
}

/** The calls that the words ask for; undefined when no declared function fits. */
export function choose(scene: ReplyContext, raw: string): Choice | undefined {
  if (scene.tools.functions.length === 0) return undefined;
  const kit = kitOf(scene);
  const words = spokenWords(raw);
  const stopped = stopping(kit, words);
  if (stopped !== undefined) return stopped;
  const whole = best(kit, raw);
  const fits = enough(whole, raw);
  const moved = transferring(kit, words.join(" "), fits ? whole.score : 0);
  if (moved !== undefined) return moved;
  const picks = picksOf(kit, raw);
  const calls = joined(picks, scene);
  if (calls.length > 1) return { calls, lacking: undefined };
  if (fits) return callsOf({ callable: whole.callable, words: raw }, scene);
  return picks[0] && callsOf(picks[0], scene);
}

/** As `choose`, for words that no skill understood: less is enough. */
export function chooseAtLast(scene: ReplyContext, raw: string): Choice | undefined {
  if (scene.tools.functions.length === 0) return undefined;
  const kit = kitOf(scene);
  const fit = best(kit, raw);
  if (enough(fit, raw, ENOUGH_AT_LAST))
    return callsOf({ callable: fit.callable, words: raw }, scene);
  const search = searchFor(kit.callables, spokenWords(raw).join(" "));
  return search && callsOf({ callable: search, words: raw }, scene);
}

/** The clauses of an order that are still to be done, once the earlier ones have their answers. */
export const laterPicks = (scene: ReplyContext, raw: string): readonly Pick[] =>
  scene.tools.functions.length === 0 ? [] : picksOf(kitOf(scene), raw).slice(1);
