/** A tool with hooks around it and a person to ask, run as the model would run it. Timers are faked by the tests. */
import { Approvals } from "../../src/agent/approvals.ts";
import { withHooks, type HookedToolOptions } from "../../src/agent/hooked-tool.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import type { CallableTool } from "../../src/agent/tool.ts";
import type { EventBody } from "../../src/wire/adk.ts";
import { running } from "./tool-runner-harness.ts";

export function guarding(tool: CallableTool, hooks: Hooks = {}, mayHear = false) {
  const told: EventBody[] = [];
  const approvals = new Approvals((body) => void told.push(body));
  const guards: HookedToolOptions = { hooks, approvals, sendsPendingResponse: () => mayHear };
  return { ...running(withHooks(tool, guards)), approvals, told };
}
