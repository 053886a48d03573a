/** `stop_streaming(function_name)`: how a model ends a stream it started (ADK). Declared where an agent has streams. */
import { z } from "zod";
import type { Agent } from "./agent.ts";
import { tool, type CallableTool } from "./tool.ts";

export const stopStreamingName = "stop_streaming";

const parameters = z.object({
  function_name: z.string().describe("The name of the streaming function to stop."),
});

const stopStreamingTool = tool({
  name: stopStreamingName,
  description: "Stops a streaming function that is running, such as a monitor.",
  parameters,
  run: () => undefined,
});

/** Which function to stop; "" when the arguments do not say. */
export const streamToStop = (args: unknown): string =>
  parameters.safeParse(args).data?.function_name ?? "";

/** All functions an agent's model may call. */
export function callableToolsOf({ tools }: Agent): CallableTool[] {
  const callables = tools.filter((each) => each.kind === "function" || each.kind === "stream");
  return callables.some((each) => each.kind === "stream")
    ? [...callables, stopStreamingTool]
    : callables;
}
