/**
 * Wraps a tool in its agent's hooks and in approval.
 *
 *   args ─► beforeTool ─► validate ─► approval ─► run ─► afterTool ─► answer
 *               └─ answers instead ─────────────────────────▲
 *                            any exception ─► onToolError ─► answer, or the error
 *
 * The tool's own deadline covers `run` alone: hooks and approval have their own timeouts.
 */
import { ToolError } from "../../core/errors.ts";
import { approvalHint } from "../../core/policy/approval.ts";
import type { Capabilities } from "../../core/live-api/capabilities.ts";
import { approvalTimeoutMs } from "../../wire/parley-v1.ts";
import { withTimeout } from "../../with-timeout.ts";
import type { Hooks, ReplacementAnswer, ToolUse } from "../hooks.ts";
import {
  Scheduled,
  deadlineMessage,
  type CallableTool,
  type FunctionTool,
  type StreamingTool,
  type ToolContext,
} from "../tool.ts";
import type { Approvals } from "./approvals.ts";
import { callHook, hookTimeoutMs, type HookOutcome } from "./call-hook.ts";
import { stopStreamingName } from "./stop-streaming.ts";

export interface HookedToolOptions {
  readonly hooks: Hooks;
  readonly approvals: Approvals;
  /** Whether to send a pending response while a call waits for approval: only to a model that keeps talking meanwhile. */
  readonly sendsPendingResponse: (tool: CallableTool) => boolean;
}

/** Returns the tool itself if no hook and no approval applies to it. */
export function withHooks(tool: CallableTool, options: HookedToolOptions): CallableTool {
  const { beforeTool, afterTool, onToolError } = options.hooks;
  const hooked = beforeTool ?? afterTool ?? onToolError;
  if (tool.name === stopStreamingName || !(hooked ?? tool.approval)) return tool;
  // `beforeTool` may rewrite the arguments, so validation follows it.
  const unvalidated = { ...tool.arguments, parse: (value: unknown) => ({ value }) };
  if (tool.kind === "stream")
    return {
      ...tool,
      arguments: unvalidated,
      run: (args, context) => runHookedStream(tool, options, args, context),
    } satisfies StreamingTool;
  return {
    ...tool,
    arguments: unvalidated,
    // A backstop: each step has a timeout of its own.
    deadlineMs: tool.deadlineMs + approvalTimeoutMs + 4 * hookTimeoutMs,
    run: (args, context) =>
      withErrorHook(toolUseOf(tool, args, context), options, context, async (use) => {
        const prepared = await prepare(tool, use, options, context);
        if ("answer" in prepared) return applyAfterTool(use, prepared.answer, options, context);
        const work = Promise.resolve(tool.run(prepared.args, prepared.context));
        const result = tool.longRunning
          ? await work
          : await withTimeout(work, tool.deadlineMs, deadlineMessage(tool.deadlineMs));
        return applyAfterTool(prepared.use, result, options, context);
      }),
  } satisfies FunctionTool;
}

async function* runHookedStream(
  tool: StreamingTool,
  options: HookedToolOptions,
  args: unknown,
  context: Parameters<StreamingTool["run"]>[1],
): AsyncGenerator {
  const use = toolUseOf(tool, args, context);
  try {
    const prepared = await prepare(tool, use, options, context);
    if ("answer" in prepared) return yield applyAfterTool(use, prepared.answer, options, context);
    const run = tool.run(prepared.args, { ...context, ...prepared.context });
    for await (const value of run)
      yield await applyAfterTool(prepared.use, value, options, context);
  } catch (error) {
    yield await withErrorHook(use, options, context, () => Promise.reject(error));
  }
}

type PreparedCall =
  | ReplacementAnswer
  | { readonly use: ToolUse; readonly args: unknown; readonly context: ToolContext };

/** Does everything that precedes a tool's run. @throws Error for the model if the tool may not run. */
async function prepare(
  tool: CallableTool,
  use: ToolUse,
  options: HookedToolOptions,
  context: ToolContext,
): Promise<PreparedCall> {
  const { beforeTool } = options.hooks;
  const result = unwrapOutcome(
    beforeTool && (await callHook("beforeTool", () => beforeTool(use, context))),
    "The call could not be checked, so it was not made.",
  );
  if (result && "answer" in result) return result;
  // The call may have been cancelled meanwhile.
  context.signal.throwIfAborted();
  const rewritten = result ? { ...use, args: result.args } : use;
  const parsed = tool.arguments.parse(rewritten.args);
  if ("error" in parsed) throw new ToolError(`Wrong arguments. ${parsed.error}`);
  const approved = await requestApproval(tool, rewritten, parsed.value, { options, context });
  return { use: rewritten, args: parsed.value, context: { ...context, approved } };
}

async function requestApproval(
  tool: CallableTool,
  use: ToolUse,
  args: unknown,
  { options, context }: { options: HookedToolOptions; context: ToolContext },
): Promise<unknown> {
  const approval = typeof tool.approval === "function" ? tool.approval(args) : tool.approval;
  if (approval === undefined || approval === false) return undefined;
  const hint = approval === true ? approvalHint(use.name, use.args) : approval;
  const request = { id: use.id, agent: context.agent, tool: use.name, args: use.args, hint };
  const decision = options.approvals.request(request, context.signal);
  if (options.sendsPendingResponse(tool))
    context.progress("A person was asked to approve this; wait for it.");
  const { approved, payload, why } = await decision;
  if (!approved)
    throw new ToolError(why ?? "A person declined this call. Do not try it again unasked.");
  return payload;
}

async function applyAfterTool(
  use: ToolUse,
  result: unknown,
  { hooks: { afterTool } }: HookedToolOptions,
  context: ToolContext,
): Promise<unknown> {
  const value = result instanceof Scheduled ? result.value : result;
  const replacement = unwrapOutcome(
    afterTool && (await callHook("afterTool", () => afterTool(use, value, context))),
    "The result could not be checked, so it is not told.",
  );
  if (!replacement) return result;
  return result instanceof Scheduled
    ? new Scheduled(replacement.answer, result.scheduling)
    : replacement.answer;
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

/** @throws Error with `failure`, for the model, if a guarding hook failed. */
function unwrapOutcome<T>(outcome: HookOutcome<T> | undefined, failure: string): T | undefined {
  if (outcome === "failed") throw new ToolError(failure);
  return outcome?.value;
}

const toolUseOf = (tool: CallableTool, args: unknown, { callId }: ToolContext): ToolUse => ({
  id: callId,
  name: tool.name,
  args: args as Record<string, unknown>,
});

/** Whether a model keeps talking while it waits for the answer to a call of this tool. */
export const isNonBlocking = (
  { behavior }: CallableTool,
  { toolBehaviors, toolDefault }: Capabilities,
): boolean =>
  toolBehaviors.includes("NON_BLOCKING") && (behavior ?? toolDefault) === "NON_BLOCKING";
