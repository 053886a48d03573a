/** The tool `stop_streaming(function_name)`, by which a model ends a stream that it started (ADK). */
import * as z from "zod";
import type { Agent } from "../agent.ts";
import { lazy } from "../../wire/lazy.ts";
import { tool, type CallableTool } from "../tool.ts";

export const stopStreamingName = "stop_streaming";

const parameters = lazy(() =>
  z.object({
    function_name: z.string().describe("The name of the streaming function to stop."),
  }),
);

/** The tool runner carries it out. */
const stopStreamingTool = tool({
  name: stopStreamingName,
  description: "Stops a streaming function that is running, such as a monitor.",
  parameters,
  run: () => undefined,
});

/** The name of the function to stop; "" if the arguments have none. */
export const streamToStop = (args: unknown): string =>
  parameters().safeParse(args).data?.function_name ?? "";

/** An agent's functions and streams, and `stop_streaming` if it has a stream. */
export function callableToolsOf({ tools }: Agent): CallableTool[] {
  const callables = tools.filter((tool) => tool.kind === "function" || tool.kind === "stream");
  return callables.some(({ kind }) => kind === "stream")
    ? [...callables, stopStreamingTool]
    : callables;
}
