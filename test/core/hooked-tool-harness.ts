/** Runs a tool with hooks and approval as the model would call it. The tests fake timers. */
import { Approvals } from "../../src/agent/runtime/approvals.ts";
import { withHooks, type HookedToolOptions } from "../../src/agent/runtime/hooked-tool.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import type { CallableTool } from "../../src/agent/tool.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { EventBody } from "../../src/wire/adk.ts";
import { running } from "./tool-runner-harness.ts";

/** Of the runtime, whose timers the tests fake. */
const clock: Clock = {
  now: () => Date.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

export function runningWithHooks(tool: CallableTool, hooks: Hooks = {}, pendingResponse = false) {
  const events: EventBody[] = [];
  const approvals = new Approvals(clock, (body) => void events.push(body));
  const options: HookedToolOptions = {
    hooks,
    approvals,
    sendsPendingResponse: () => pendingResponse,
  };
  return { ...running(withHooks(tool, options)), approvals, events };
}
