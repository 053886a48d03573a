/** A brain that follows a script: data in, the same talk out. Made for tests of agents and of clients. */
import type { Content } from "@google/genai";
import type { Brain, ReplyContext, Step } from "../ports.ts";
import { freshResponses } from "./tools/call-history.ts";
import { utterance } from "./utterance.ts";

/** One reply, and what it answers to. Without a `when` it answers to anything. */
export interface Line {
  readonly when?: When;
  readonly steps: readonly Step[];
}

export type When =
  /** The user's words. */
  | RegExp
  | { readonly words: string; readonly flags?: string }
  /** A function's response; of any function without a name. */
  | { readonly toolResponse: string | true };

export interface Script {
  readonly lines: readonly Line[];
  /** Whether the script begins anew when it has come to its end; it falls silent otherwise. */
  readonly loop?: boolean;
}

const pattern = (when: RegExp | { words: string; flags?: string }): RegExp =>
  when instanceof RegExp ? when : new RegExp(when.words, when.flags ?? "i");

function meets(when: When | undefined, scene: ReplyContext): boolean {
  const responses = freshResponses(scene.history);
  if (when === undefined) return true;
  if (!(when instanceof RegExp) && "toolResponse" in when) {
    const { toolResponse } = when;
    return responses.some(({ name }) => toolResponse === true || name === toolResponse);
  }
  const test = pattern(when);
  test.lastIndex = 0;
  return responses.length === 0 && test.test(utterance(scene).raw);
}

/** A scene for each point at which the brain was asked: the history up to there. */
function moments(scene: ReplyContext): ReplyContext[] {
  const ends = scene.history
    .map((content, at) => ({ content, at }))
    .filter(({ content, at }) => isModel(content) && !isModel(scene.history[at - 1]))
    .map(({ at }) => at);
  return [...ends.map((end) => ({ ...scene, history: scene.history.slice(0, end) })), scene];
}

const isModel = (content: Content | undefined): boolean => content?.role === "model";

/**
 * The lines are taken in order: each moment takes the next line that meets it, and lines before that are passed over.
 * What was taken before is worked out from the history, since a brain keeps nothing.
 */
function lineFor(script: Script, scene: ReplyContext): Line | undefined {
  let at = 0;
  let line: Line | undefined;
  for (const moment of moments(scene)) {
    const left = script.lines.slice(at);
    const again = script.loop === true ? script.lines.slice(0, at) : [];
    const order = [...left, ...again];
    const next = order.findIndex(({ when }) => meets(when, moment));
    line = next < 0 ? undefined : order[next];
    if (next >= 0) at = (at + next + 1) % (script.loop === true ? script.lines.length : Infinity);
  }
  return line;
}

export function scriptBrain(script: Script): Brain {
  return {
    async *reply(scene) {
      yield* lineFor(script, scene)?.steps ?? [];
    },
  };
}
