/**
 * A tool with what its agent's author put around it.
 *
 *   args ─► beforeTool ─► check ─► a person's yes ─► run ─► afterTool ─► answer
 *               └─ answers instead ──────────────────────────▲
 *                       whatever throws ─► onToolError ─► answer, or the error
 *
 * The tool's own deadline is for `run` alone: hooks and people have their own.
 */
import { hintOf } from "../core/policy/approval.ts";
import type { Capabilities } from "../core/live-api/capabilities.ts";
import { approvalMs, type Approvals } from "./approvals.ts";
import { ask, hookMs, type Hooks, type Instead, type Outcome, type ToolUse } from "./hooks.ts";
import { inTime } from "./with-timeout.ts";
import { stopStreamingName } from "./stop-streaming.ts";
import {
  Scheduled,
  tooLate,
  type CallableTool,
  type FunctionTool,
  type StreamingTool,
  type ToolContext,
} from "./tool.ts";

export interface Guards {
  readonly hooks: Hooks;
  readonly approvals: Approvals;
  /** Whether the model may be told that a call of this tool waits for a person: it does not hold its tongue. */
  readonly mayHear: (tool: CallableTool) => boolean;
}

/** The tool itself where nobody wants a say. */
export function guarded(tool: CallableTool, guards: Guards): CallableTool {
  const { beforeTool, afterTool, onToolError } = guards.hooks;
  const hooked = beforeTool ?? afterTool ?? onToolError;
  if (tool.name === stopStreamingName || !(hooked ?? tool.approval)) return tool;
  const unchecked = { ...tool.arguments, parse: (value: unknown) => ({ value }) };
  if (tool.kind === "stream")
    return {
      ...tool,
      arguments: unchecked,
      run: (args, context) => stream(tool, guards, args, context),
    } satisfies StreamingTool;
  return {
    ...tool,
    arguments: unchecked,
    // Only what a hook or a person forgot to bound: each step has a deadline of its own.
    deadlineMs: tool.deadlineMs + approvalMs + 4 * hookMs,
    run: (args, context) =>
      rescued(useOf(tool, args, context), guards, context, async (use) => {
        const ready = await prepare(tool, use, guards, context);
        if ("answer" in ready) return finished(use, ready.answer, guards, context);
        const work = Promise.resolve(tool.run(ready.args, ready.context));
        const result = tool.longRunning
          ? await work
          : await inTime(work, tool.deadlineMs, tooLate(tool.deadlineMs));
        return finished(ready.use, result, guards, context);
      }),
  } satisfies FunctionTool;
}

async function* stream(
  tool: StreamingTool,
  guards: Guards,
  args: unknown,
  context: Parameters<StreamingTool["run"]>[1],
): AsyncGenerator {
  const use = useOf(tool, args, context);
  try {
    const ready = await prepare(tool, use, guards, context);
    if ("answer" in ready) return yield finished(use, ready.answer, guards, context);
    const run = tool.run(ready.args, { ...context, ...ready.context });
    for await (const value of run) yield await finished(ready.use, value, guards, context);
  } catch (error) {
    yield await rescued(use, guards, context, () => Promise.reject(error));
  }
}

type Ready =
  | Instead
  | { readonly use: ToolUse; readonly args: unknown; readonly context: ToolContext };

/** All that comes before a tool runs. @throws Error in words for the model when it may not run. */
async function prepare(
  tool: CallableTool,
  use: ToolUse,
  guards: Guards,
  context: ToolContext,
): Promise<Ready> {
  const { beforeTool } = guards.hooks;
  const word = said(
    beforeTool && (await ask("beforeTool", () => beforeTool(use, context))),
    "The call could not be checked, so it was not made.",
  );
  if (word && "answer" in word) return word;
  const asked = word ? { ...use, args: word.args } : use;
  const checked = tool.arguments.parse(asked.args);
  if ("error" in checked) throw new Error(`Wrong arguments. ${checked.error}`);
  const approved = await approve(tool, asked, checked.value, { guards, context });
  return { use: asked, args: checked.value, context: { ...context, approved } };
}

async function approve(
  tool: CallableTool,
  use: ToolUse,
  args: unknown,
  { guards, context }: { guards: Guards; context: ToolContext },
): Promise<unknown> {
  const { approval } = tool;
  const wanted = typeof approval === "function" ? approval(args) : approval;
  if (wanted === undefined || wanted === false) return undefined;
  const hint = wanted === true ? hintOf(use.name, use.args) : wanted;
  const petition = { id: use.id, agent: context.agent, tool: use.name, args: use.args, hint };
  const decided = guards.approvals.ask(petition, context.signal);
  if (guards.mayHear(tool)) context.progress("A person was asked to approve this; wait for it.");
  const { approved, payload, why } = await decided;
  if (!approved)
    throw new Error(why ?? "A person declined this call. Do not try it again unasked.");
  return payload;
}

async function finished(
  use: ToolUse,
  result: unknown,
  { hooks: { afterTool } }: Guards,
  context: ToolContext,
): Promise<unknown> {
  const plain = result instanceof Scheduled ? result.value : result;
  const word = said(
    afterTool && (await ask("afterTool", () => afterTool(use, plain, context))),
    "The result could not be checked, so it is not told.",
  );
  if (!word) return result;
  return result instanceof Scheduled ? new Scheduled(word.answer, result.scheduling) : word.answer;
}

async function rescued(
  use: ToolUse,
  { hooks: { onToolError } }: Guards,
  context: ToolContext,
  work: (use: ToolUse) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await work(use);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!onToolError || context.signal.aborted) throw error;
    const outcome = await ask("onToolError", () => onToolError(use, error, context));
    if (outcome === "failed" || !outcome.said) throw error;
    return outcome.said.answer;
  }
}

/** @throws Error in words for the model when a hook that guards has failed. */
function said<T>(outcome: Outcome<T> | undefined, otherwise: string): T | undefined {
  if (outcome === "failed") throw new Error(otherwise);
  return outcome?.said;
}

const useOf = (tool: CallableTool, args: unknown, { callId }: ToolContext): ToolUse => ({
  id: callId,
  name: tool.name,
  args: args as Record<string, unknown>,
});

/** Whether a model goes on talking while it waits for a call's answer. */
export const talksOn = (
  { behavior }: CallableTool,
  { toolBehaviors, toolDefault }: Capabilities,
): boolean =>
  toolBehaviors.includes("NON_BLOCKING") && (behavior ?? toolDefault) === "NON_BLOCKING";
