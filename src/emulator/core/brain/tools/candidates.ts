/** The functions of a session as candidates for an utterance, and how well each fits. */
import type { FunctionDeclaration } from "@google/genai";
import type { ReplyContext } from "../../ports.ts";
import { wordsIn } from "../words/plain.ts";
import { callableOf, type Callable } from "./schema.ts";
import {
  ENOUGH,
  ENOUGH_FOR_STATEMENT,
  isRequest,
  profileOf,
  score,
  type Profile,
} from "./score.ts";

export const STOP_STREAMING = "stop_streaming";
export const TRANSFER = "transfer_to_agent";

export interface Candidates {
  readonly context: ReplyContext;
  readonly callables: readonly Callable[];
  /** Of all but `stop_streaming` and `transfer_to_agent`, which have rules of their own. */
  readonly profiles: readonly Profile[];
}

interface Fit {
  readonly callable: Callable;
  readonly score: number;
}

/** A session has the same declarations in every turn. */
const cache = new WeakMap<FunctionDeclaration, Callable>();

function cached(declaration: FunctionDeclaration): Callable {
  const callable = cache.get(declaration) ?? callableOf(declaration);
  cache.set(declaration, callable);
  return callable;
}

export function candidatesOf(context: ReplyContext): Candidates {
  const callables = context.tools.functions.map(cached).filter(({ name }) => name !== "");
  const profiles = callables
    .filter(({ name }) => name !== STOP_STREAMING && name !== TRANSFER)
    .map(profileOf);
  return { context, callables, profiles };
}

export function best({ profiles }: Candidates, clause: string): Fit | undefined {
  const words = wordsIn(clause);
  return profiles
    .map((profile) => ({ callable: profile.callable, score: score(words, profile) }))
    .filter((fit) => fit.score > 0)
    .sort((a, b) => b.score - a.score)[0];
}

/** @param least the score that a request needs; a statement needs more. */
export function enough(fit: Fit | undefined, clause: string, least = ENOUGH): fit is Fit {
  const needed = isRequest(wordsIn(clause).join(" ")) ? least : ENOUGH_FOR_STATEMENT;
  return fit !== undefined && fit.score >= needed;
}
