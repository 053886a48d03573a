/**
 * A tool with what its agent's author put around it.
 *
 *   args ─► beforeTool ─► check ─► a person's yes ─► run ─► afterTool ─► answer
 *               └─ answers instead ──────────────────────────▲
 *                       whatever throws ─► onToolError ─► answer, or the error
 *
 * The tool's own deadline is for `run` alone: hooks and people have their own.
 */
import { approvalHint } from "../core/policy/approval.ts";
import type { Capabilities } from "../core/live-api/capabilities.ts";
import { approvalTimeoutMs, type Approvals } from "./approvals.ts";
import {
  callHook,
  hookTimeoutMs,
  type Hooks,
  type Instead,
  type HookOutcome,
  type ToolUse,
} from "./hooks.ts";
import { withTimeout } from "./with-timeout.ts";
import { stopStreamingName } from "./stop-streaming.ts";
import {
  Scheduled,
  deadlineMessage,
  type CallableTool,
  type FunctionTool,
  type StreamingTool,
  type ToolContext,
} from "./tool.ts";

export interface HookedToolOptions {
  readonly hooks: Hooks;
  readonly approvals: Approvals;
  /** Whether the model may be told that a call of this tool waits for a person: it does not hold its tongue. */
  readonly sendsPendingResponse: (tool: CallableTool) => boolean;
}

/** The tool itself where nobody wants a say. */
export function withHooks(tool: CallableTool, guards: HookedToolOptions): CallableTool {
  const { beforeTool, afterTool, onToolError } = guards.hooks;
  const hooked = beforeTool ?? afterTool ?? onToolError;
  if (tool.name === stopStreamingName || !(hooked ?? tool.approval)) return tool;
  const unchecked = { ...tool.arguments, parse: (value: unknown) => ({ value }) };
  if (tool.kind === "stream")
    return {
      ...tool,
      arguments: unchecked,
      run: (args, context) => runHookedStream(tool, guards, args, context),
    } satisfies StreamingTool;
  return {
    ...tool,
    arguments: unchecked,
    // Only what a hook or a person forgot to bound: each step has a deadline of its own.
    deadlineMs: tool.deadlineMs + approvalTimeoutMs + 4 * hookTimeoutMs,
    run: (args, context) =>
      withErrorHook(toolUseOf(tool, args, context), guards, context, async (use) => {
        const ready = await prepare(tool, use, guards, context);
        if ("answer" in ready) return applyAfterTool(use, ready.answer, guards, context);
        const work = Promise.resolve(tool.run(ready.args, ready.context));
        const result = tool.longRunning
          ? await work
          : await withTimeout(work, tool.deadlineMs, deadlineMessage(tool.deadlineMs));
        return applyAfterTool(ready.use, result, guards, context);
      }),
  } satisfies FunctionTool;
}

async function* runHookedStream(
  tool: StreamingTool,
  guards: HookedToolOptions,
  args: unknown,
  context: Parameters<StreamingTool["run"]>[1],
): AsyncGenerator {
  const use = toolUseOf(tool, args, context);
  try {
    const ready = await prepare(tool, use, guards, context);
    if ("answer" in ready) return yield applyAfterTool(use, ready.answer, guards, context);
    const run = tool.run(ready.args, { ...context, ...ready.context });
    for await (const value of run) yield await applyAfterTool(ready.use, value, guards, context);
  } catch (error) {
    yield await withErrorHook(use, guards, context, () => Promise.reject(error));
  }
}

type PreparedCall =
  | Instead
  | { readonly use: ToolUse; readonly args: unknown; readonly context: ToolContext };

/** All that comes before a tool runs. @throws Error in words for the model when it may not run. */
async function prepare(
  tool: CallableTool,
  use: ToolUse,
  guards: HookedToolOptions,
  context: ToolContext,
): Promise<PreparedCall> {
  const { beforeTool } = guards.hooks;
  const word = unwrapOutcome(
    beforeTool && (await callHook("beforeTool", () => beforeTool(use, context))),
    "The call could not be checked, so it was not made.",
  );
  if (word && "answer" in word) return word;
  const asked = word ? { ...use, args: word.args } : use;
  const checked = tool.arguments.parse(asked.args);
  if ("error" in checked) throw new Error(`Wrong arguments. ${checked.error}`);
  const approved = await requestApproval(tool, asked, checked.value, { guards, context });
  return { use: asked, args: checked.value, context: { ...context, approved } };
}

async function requestApproval(
  tool: CallableTool,
  use: ToolUse,
  args: unknown,
  { guards, context }: { guards: HookedToolOptions; context: ToolContext },
): Promise<unknown> {
  const { approval } = tool;
  const wanted = typeof approval === "function" ? approval(args) : approval;
  if (wanted === undefined || wanted === false) return undefined;
  const hint = wanted === true ? approvalHint(use.name, use.args) : wanted;
  const petition = { id: use.id, agent: context.agent, tool: use.name, args: use.args, hint };
  const decided = guards.approvals.request(petition, context.signal);
  if (guards.sendsPendingResponse(tool))
    context.progress("A person was asked to approve this; wait for it.");
  const { approved, payload, why } = await decided;
  if (!approved)
    throw new Error(why ?? "A person declined this call. Do not try it again unasked.");
  return payload;
}

async function applyAfterTool(
  use: ToolUse,
  result: unknown,
  { hooks: { afterTool } }: HookedToolOptions,
  context: ToolContext,
): Promise<unknown> {
  const plain = result instanceof Scheduled ? result.value : result;
  const word = unwrapOutcome(
    afterTool && (await callHook("afterTool", () => afterTool(use, plain, context))),
    "The result could not be checked, so it is not told.",
  );
  if (!word) return result;
  return result instanceof Scheduled ? new Scheduled(word.answer, result.scheduling) : word.answer;
}

async function withErrorHook(
  use: ToolUse,
  { hooks: { onToolError } }: HookedToolOptions,
  context: ToolContext,
  work: (use: ToolUse) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await work(use);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!onToolError || context.signal.aborted) throw error;
    const outcome = await callHook("onToolError", () => onToolError(use, error, context));
    if (outcome === "failed" || !outcome.value) throw error;
    return outcome.value.answer;
  }
}

/** @throws Error in words for the model when a hook that guards has failed. */
function unwrapOutcome<T>(outcome: HookOutcome<T> | undefined, otherwise: string): T | undefined {
  if (outcome === "failed") throw new Error(otherwise);
  return outcome?.value;
}

const toolUseOf = (tool: CallableTool, args: unknown, { callId }: ToolContext): ToolUse => ({
  id: callId,
  name: tool.name,
  args: args as Record<string, unknown>,
});

/** Whether a model goes on talking while it waits for a call's answer. */
export const isNonBlocking = (
  { behavior }: CallableTool,
  { toolBehaviors, toolDefault }: Capabilities,
): boolean =>
  toolBehaviors.includes("NON_BLOCKING") && (behavior ?? toolDefault) === "NON_BLOCKING";
