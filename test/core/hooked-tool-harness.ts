/** Runs a tool with hooks and approval as the model would call it. The tests fake timers. */
import { Approvals } from "../../src/agent/runtime/approvals.ts";
import { withHooks, type HookedToolOptions } from "../../src/agent/runtime/hooked-tool.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import type { CallableTool } from "../../src/agent/tool.ts";
import type { EventBody } from "../../src/wire/adk.ts";
import { running } from "./tool-runner-harness.ts";

export function runningWithHooks(tool: CallableTool, hooks: Hooks = {}, pendingResponse = false) {
  const events: EventBody[] = [];
  const approvals = new Approvals((body) => void events.push(body));
  const options: HookedToolOptions = {
    hooks,
    approvals,
    sendsPendingResponse: () => pendingResponse,
  };
  return { ...running(withHooks(tool, options)), approvals, events };
}
