/** The functions of a session, and which of them fits some words best. */
import type { FunctionDeclaration } from "@google/genai";
import type { ReplyContext } from "../../ports.ts";
import { plain } from "../words/plain.ts";
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

/** These two are chosen by rules of their own. */
const SPECIAL: ReadonlySet<string> = new Set([STOP_STREAMING, TRANSFER]);

export interface Kit {
  readonly scene: ReplyContext;
  readonly callables: readonly Callable[];
  readonly profiles: readonly Profile[];
}

export interface Fit {
  readonly callable: Callable;
  readonly score: number;
}

/** Declarations are read once: a session keeps the same objects from turn to turn. */
const read = new WeakMap<FunctionDeclaration, Callable>();

function callableFor(declaration: FunctionDeclaration): Callable {
  const known = read.get(declaration) ?? callableOf(declaration);
  read.set(declaration, known);
  return known;
}

export function kitOf(scene: ReplyContext): Kit {
  const callables = scene.tools.functions.map(callableFor).filter(({ name }) => name !== "");
  const profiles = callables.filter(({ name }) => !SPECIAL.has(name)).map(profileOf);
  return { scene, callables, profiles };
}

export const special = (kit: Kit, name: string): Callable | undefined =>
  kit.callables.find((callable) => callable.name === name);

export const spokenWords = (text: string): string[] => {
  const words = plain(text).toLowerCase();
  return words === "" ? [] : words.split(" ");
};

export function best(kit: Kit, clause: string): Fit | undefined {
  const said = spokenWords(clause);
  let found: Fit | undefined;
  for (const profile of kit.profiles) {
    const fit = score(said, profile);
    if (fit > (found?.score ?? 0)) found = { callable: profile.callable, score: fit };
  }
  return found;
}

/** @param least what a request must score; a statement always needs more. */
export function enough(fit: Fit | undefined, clause: string, least = ENOUGH): fit is Fit {
  const needed = isRequest(spokenWords(clause).join(" ")) ? least : ENOUGH_FOR_STATEMENT;
  return fit !== undefined && fit.score >= needed;
}
