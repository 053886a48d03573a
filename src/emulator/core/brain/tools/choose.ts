/** Chooses the functions that an utterance asks for and fills their arguments: calls, or a missing argument. */
import type { FunctionCallStep, ReplyContext } from "../../ports.ts";
import { wordsIn } from "../words/plain.ts";
import { stems } from "../words/stem.ts";
import { alternatives, argumentsFor } from "./arguments.ts";
import {
  best,
  candidatesOf,
  enough,
  STOP_STREAMING,
  TRANSFER,
  type Candidates,
} from "./candidates.ts";
import type { Callable, Parameter } from "./schema.ts";
import { ENOUGH_AT_LAST, isRequest } from "./score.ts";
import { searchFor } from "./search-fallback.ts";
import { selectionsOf, type Selection } from "./selected-functions.ts";
import { streamToStop } from "./streaming.ts";
import { transferFor } from "./transfer.ts";

export interface Choice {
  readonly calls: readonly FunctionCallStep[];
  /** A function that fits and lacks arguments. */
  readonly lacking?: { readonly callable: Callable; readonly missing: readonly Parameter[] };
}

function callsOf({ callable, words }: Selection, { history }: ReplyContext): Choice {
  const { name } = callable;
  const { args, missing } = argumentsFor(words, callable, history);
  if (missing.length > 0) return { calls: [], lacking: { callable, missing } };
  const several = alternatives(words, callable);
  if (several === undefined) return { calls: [{ name, args }] };
  return {
    calls: several.values.map((value) => ({ name, args: { ...args, [several.name]: value } })),
  };
}

/** The calls of all selections, each once. */
function callsOfAll(selections: readonly Selection[], context: ReplyContext): FunctionCallStep[] {
  const calls = selections.flatMap((selection) => callsOf(selection, context).calls);
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}

/** A call of `stop_streaming` or `transfer_to_agent`, whose only argument is a name. */
function special(
  { callables }: Candidates,
  name: string,
  valueFor: (callable: Callable) => string | undefined,
): Choice | undefined {
  const callable = callables.find((known) => known.name === name);
  const value = callable && valueFor(callable);
  const key = callable?.parameters.find(({ kind }) => kind === "string")?.name ?? "";
  return value === undefined ? undefined : { calls: [{ name, args: { [key]: value } }] };
}

/** @returns undefined when no declared function fits. */
export function choose(context: ReplyContext, raw: string): Choice | undefined {
  const candidates = candidatesOf(context);
  const words = wordsIn(raw);
  const text = words.join(" ");
  const fit = best(candidates, raw);
  const fits = enough(fit, raw);
  const stop = special(candidates, STOP_STREAMING, () =>
    streamToStop(text, stems(words), candidates.callables, context),
  );
  if (stop !== undefined) return stop;
  const transfer = special(candidates, TRANSFER, (callable) => {
    const found = isRequest(text) ? transferFor(text, callable, context.instruction) : undefined;
    return (found?.score ?? 0) > (fits ? fit.score : 0) ? found?.agent : undefined;
  });
  if (transfer !== undefined) return transfer;
  const selections = selectionsOf(candidates, raw);
  const calls = callsOfAll(selections, context);
  if (calls.length > 1) return { calls };
  if (fits) return callsOf({ callable: fit.callable, words: raw }, context);
  return selections[0] && callsOf(selections[0], context);
}

/** As `choose`, with a lower threshold, for an utterance that no skill understood. */
export function chooseAtLast(context: ReplyContext, raw: string): Choice | undefined {
  const candidates = candidatesOf(context);
  const fit = best(candidates, raw);
  const callable = enough(fit, raw, ENOUGH_AT_LAST)
    ? fit.callable
    : searchFor(candidates.callables, wordsIn(raw).join(" "));
  return callable && callsOf({ callable, words: raw }, context);
}

/** The clauses of a command after the first. */
export const laterSelections = (context: ReplyContext, raw: string): readonly Selection[] =>
  selectionsOf(candidatesOf(context), raw).slice(1);
