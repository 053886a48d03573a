/** What the model is told of an agent: instruction with its state, settings, and declarations of its tools. */
import type { Capabilities } from "../core/live-api/capabilities.ts";
import type { SessionPrompt } from "../core/live-api/session-setup.ts";
import type { FunctionDeclaration } from "../wire/live-api.ts";
import type { Agent, Instruction } from "./agent.ts";
import type { CallableTool, State } from "./tool.ts";

interface PromptContext {
  readonly state: State;
  /** Its functions, and those that come with them. */
  readonly callables: readonly CallableTool[];
  /** What is told besides its author's instruction. */
  readonly notes?: readonly string[];
}

/** The prompt of an agent for one of its models. */
export function buildPrompt(
  agent: Agent,
  model: string,
  row: Capabilities,
  { state, callables, notes = [] }: PromptContext,
): SessionPrompt {
  return {
    model,
    instruction: [renderInstruction(agent.instruction, state), ...notes]
      .filter(Boolean)
      .join("\n\n"),
    settings: agent.runConfig,
    functions: callables.map((tool) => functionDeclarationOf(tool, row)),
    builtIns: agent.tools.flatMap((tool) =>
      tool.kind === "built-in" && row[tool.name] ? [tool.name] : [],
    ),
  };
}

/** `{key}` is the state's value; `{key?}` is empty when there is none. An unknown key stays as it is. */
export function renderInstruction(instruction: Instruction, state: State): string {
  if (typeof instruction === "function") return instruction(state);
  return instruction.replaceAll(/\{([\w:.]+)(\?)?\}/g, (whole, key: string, optional?: string) => {
    const value = state.get(key);
    if (value === undefined) return optional ? "" : whole;
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}

/** Live API: FunctionDeclaration. A behaviour the model does not know is left out. */
export function functionDeclarationOf(
  { name, description, arguments: { schema }, behavior, kind, declaration }: CallableTool,
  { toolBehaviors }: Capabilities,
): FunctionDeclaration {
  if (declaration) return declaration;
  const wanted = behavior ?? (kind === "stream" ? "NON_BLOCKING" : undefined);
  return {
    name,
    description,
    ...(schema && { parameters: schema }),
    ...(wanted && toolBehaviors.includes(wanted) && { behavior: wanted as never }),
  };
}
