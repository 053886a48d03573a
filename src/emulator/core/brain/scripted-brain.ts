/** A brain that follows a script, for tests of agents and of clients. */
import type { Content } from "@google/genai";
import type { Brain, ReplyContext, Step } from "../ports.ts";
import { newResponses } from "./tools/call-history.ts";
import { utterance } from "./utterance.ts";

/** One reply. Without a `when` it answers anything. */
export interface Line {
  readonly when?: When;
  readonly steps: readonly Step[];
}

export type When =
  /** Matches the user's text. */
  | RegExp
  | { readonly words: string; readonly flags?: string }
  /** The response of this function, or of any. */
  | { readonly toolResponse: string | true };

export interface Script {
  readonly lines: readonly Line[];
  /** Starts over at the end; otherwise the brain falls silent. */
  readonly loop?: boolean;
}

function meets(when: When | undefined, context: ReplyContext): boolean {
  if (when === undefined) return true;
  const responses = newResponses(context.history);
  if ("toolResponse" in when)
    return responses.some(({ name }) => [true, name].includes(when.toolResponse));
  const pattern = when instanceof RegExp ? when : new RegExp(when.words, when.flags ?? "i");
  pattern.lastIndex = 0;
  return responses.length === 0 && pattern.test(utterance(context).raw);
}

const isModel = (content: Content | undefined): boolean => content?.role === "model";

/** The scenes of all replies so far and of this one: the history up to each. */
const replies = (context: ReplyContext): ReplyContext[] => [
  ...context.history.flatMap((content, at) =>
    isModel(content) && !isModel(context.history[at - 1])
      ? [{ ...context, history: context.history.slice(0, at) }]
      : [],
  ),
  context,
];

/** Each reply takes the next line that it meets and skips the lines before. The history tells which were taken. */
function lineFor({ lines, loop = false }: Script, context: ReplyContext): Line | undefined {
  let at = 0;
  let line: Line | undefined;
  for (const reply of replies(context)) {
    const order = [...lines.slice(at), ...(loop ? lines.slice(0, at) : [])];
    const next = order.findIndex(({ when }) => meets(when, reply));
    line = order[next];
    if (next >= 0) at = (at + next + 1) % (loop ? lines.length : Infinity);
  }
  return line;
}

export function scriptBrain(script: Script): Brain {
  return {
    async *reply(context) {
      yield* lineFor(script, context)?.steps ?? [];
    },
  };
}
