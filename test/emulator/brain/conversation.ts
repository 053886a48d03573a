/** Drives a brain as a session does: only the history carries over. */
import type { Content } from "@google/genai";
import type {
  Brain,
  VideoFrame,
  ReplyContext,
  Step,
  DeclaredTools,
} from "../../../src/emulator/core/ports.ts";
import { NOW } from "./heldout.ts";

export const NO_TOOLS: DeclaredTools = {
  functions: [],
  googleSearch: false,
  codeExecution: false,
  urlContext: false,
};

export interface Setting {
  readonly tools?: Partial<DeclaredTools>;
  readonly instruction?: string;
  readonly frame?: VideoFrame;
  readonly now?: number;
  readonly random?: () => number;
}

/** Deterministic random numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function contextOf(history: readonly Content[], setting: Setting = {}): ReplyContext {
  return {
    session: "s",
    turn: history.filter((content) => content.role === "model").length,
    instruction: setting.instruction ?? "",
    tools: { ...NO_TOOLS, ...setting.tools },
    history,
    frame: setting.frame,
    now: setting.now ?? NOW,
    random: setting.random ?? seeded(7),
  };
}

export async function stepsOf(brain: Brain, context: ReplyContext): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of brain.reply(context)) steps.push(step);
  return steps;
}

export const spoken = (steps: readonly Step[]): string =>
  steps.flatMap((step) => ("say" in step ? [step.say] : [])).join(" ");

export const callsIn = (
  steps: readonly Step[],
): { name: string; args: Record<string, unknown> }[] =>
  steps.flatMap((step) => ("call" in step ? step.call : []));

export const user = (text: string): Content => ({
  role: "user",
  parts: text === "" ? [] : [{ text }],
});
export const model = (text: string): Content => ({ role: "model", parts: [{ text }] });

/** Sends each line in turn. @returns the steps that answer the last. */
export async function converse(
  brain: Brain,
  lines: readonly string[],
  setting: Setting = {},
): Promise<Step[]> {
  const history: Content[] = [];
  const random = setting.random ?? seeded(7);
  let steps: Step[] = [];
  for (const line of lines) {
    history.push(user(line));
    steps = await stepsOf(brain, contextOf(history, { ...setting, random }));
    history.push(model(spoken(steps)));
  }
  return steps;
}

export const reply = async (
  brain: Brain,
  lines: readonly string[],
  setting?: Setting,
): Promise<string> => spoken(await converse(brain, lines, setting));
