/** Runs the concierge's tools as a conversation would, and keeps the state between them. */
import type { Input, State, StreamingTool, FunctionTool } from "../../../src/agent/tool.ts";
import { concierge } from "../../../src/agents/concierge/concierge.ts";

export interface Told {
  readonly message?: string;
  readonly count?: number;
  readonly items?: readonly { id: string; name: string; price: number; colour: string }[];
  readonly [more: string]: unknown;
}

export function shopping(env: object, pictures: readonly string[] = []) {
  const kept = new Map<string, unknown>();
  const state: State = {
    get: (key) => kept.get(key),
    set: (key, value) => void kept.set(key, value),
  };
  const context = {
    signal: new AbortController().signal,
    callId: "call",
    agent: "concierge",
    state,
    env,
    // Patience is over at once: what does not come, never comes.
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
    progress: () => undefined,
    transferTo: () => undefined,
  };
  const named = (name: string) => {
    const found = concierge.tools.find((tool) => tool.name === name);
    if (!found || found.kind === "built-in") throw new Error(`no tool ${name}`);
    return found;
  };
  const checked = (tool: FunctionTool | StreamingTool, args: object): unknown => {
    const parsed = tool.arguments.parse(args);
    if ("error" in parsed) throw new Error(parsed.error);
    return parsed.value;
  };
  return {
    kept,
    call: async (name: string, args: object = {}): Promise<Told> => {
      const tool = named(name);
      if (tool.kind !== "function") throw new Error(`${name} streams`);
      return (await tool.run(checked(tool, args), context)) as Told;
    },
    stream: async (name: string, args: object = {}): Promise<Told[]> => {
      const tool = named(name);
      if (tool.kind !== "stream") throw new Error(`${name} does not stream`);
      const said: Told[] = [];
      const input = frames(pictures);
      for await (const each of tool.run(checked(tool, args), { ...context, input }))
        said.push(each as Told);
      return said;
    },
  };
}

async function* frames(pictures: readonly string[]): AsyncGenerator<Input> {
  for (const data of pictures) yield { type: "image", mimeType: "image/jpeg", data };
  // Nothing more is shown.
  if (pictures.length === 0) await new Promise(() => undefined);
}
