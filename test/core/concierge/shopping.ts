/** Runs the concierge's tools with a session state, as a conversation does. */
import type { Input, State, StreamingTool, FunctionTool } from "../../../src/agent/tool.ts";
import { concierge } from "../../../src/agents/concierge/concierge.ts";

export interface ToolOutput {
  readonly message?: string;
  readonly count?: number;
  readonly items?: readonly { id: string; name: string; price: number; colour: string }[];
  readonly [more: string]: unknown;
}

export function shopping(env: object, pictures: readonly string[] = []) {
  const values = new Map<string, unknown>();
  const state: State = {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
  };
  const context = {
    signal: new AbortController().signal,
    callId: "call",
    agent: "concierge",
    state,
    env,
    // Timeouts expire at once.
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
    progress: () => undefined,
    transferTo: () => undefined,
    saveArtifact: () => Promise.resolve(0),
    loadArtifact: () => Promise.resolve(undefined),
    listArtifacts: () => Promise.resolve([]),
    tellPeople: () => undefined,
  };
  const toolNamed = (name: string) => {
    const found = concierge.tools.find((tool) => tool.name === name);
    if (!found || found.kind === "built-in") throw new Error(`no tool ${name}`);
    return found;
  };
  const parsedArguments = (tool: FunctionTool | StreamingTool, args: object): unknown => {
    const parsed = tool.arguments.parse(args);
    if ("error" in parsed) throw new Error(parsed.error);
    return parsed.value;
  };
  return {
    state: values,
    call: async (name: string, args: object = {}): Promise<ToolOutput> => {
      const tool = toolNamed(name);
      if (tool.kind !== "function") throw new Error(`${name} streams`);
      return (await tool.run(parsedArguments(tool, args), context)) as ToolOutput;
    },
    stream: async (name: string, args: object = {}): Promise<ToolOutput[]> => {
      const tool = toolNamed(name);
      if (tool.kind !== "stream") throw new Error(`${name} does not stream`);
      const outputs: ToolOutput[] = [];
      const input = frames(pictures);
      for await (const each of tool.run(parsedArguments(tool, args), { ...context, input }))
        outputs.push(each as ToolOutput);
      return outputs;
    },
  };
}

async function* frames(pictures: readonly string[]): AsyncGenerator<Input> {
  for (const data of pictures) yield { type: "image", mimeType: "image/jpeg", data };
  // The camera is off.
  if (pictures.length === 0) await new Promise(() => undefined);
}
