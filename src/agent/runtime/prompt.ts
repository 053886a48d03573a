/** Builds what a session setup contains of an agent: instruction, settings and function declarations. */
import type { Capabilities } from "../../core/live-api/capabilities.ts";
import type { SessionPrompt } from "../../core/live-api/session-setup.ts";
import type { FunctionDeclaration } from "../../wire/live-api.ts";
import type { Agent, Instruction } from "../agent.ts";
import type { CallableTool, State } from "../tool.ts";

interface PromptContext {
  readonly state: State;
  /** The agent's functions, and those that the relay adds. */
  readonly callables: readonly CallableTool[];
  /** Paragraphs that follow the author's instruction. */
  readonly addenda?: readonly string[];
}

export function buildPrompt(
  agent: Agent,
  model: string,
  capabilities: Capabilities,
  { state, callables, addenda = [] }: PromptContext,
): SessionPrompt {
  return {
    model,
    instruction: [renderInstruction(agent.instruction, state), ...addenda]
      .filter(Boolean)
      .join("\n\n"),
    settings: agent.runConfig,
    functions: callables.map((tool) => functionDeclarationOf(tool, capabilities)),
    builtIns: agent.tools.flatMap((tool) =>
      tool.kind === "built-in" && capabilities[tool.name] ? [tool.name] : [],
    ),
  };
}

/**
 * `{key}` becomes the state's value, `{key?}` nothing if there is none. An unknown `{key}` stays as it is, and `{{key}}`
 * is the text `{key}`, as in ADK.
 */
export function renderInstruction(instruction: Instruction, state: State): string {
  if (typeof instruction === "function") return instruction(state);
  return instruction.replaceAll(
    placeholders,
    (whole, escaped?: string, key = "", optional = "") => {
      if (escaped !== undefined) return escaped;
      const value = state.get(key);
      if (value === undefined) return optional ? "" : whole;
      return typeof value === "string" ? value : JSON.stringify(value);
    },
  );
}

const placeholders = /(?<!\{)\{(\{[\w:.]+\??\})\}(?!\})|\{([\w:.]+)(\?)?\}/g;

/** Live API: FunctionDeclaration. A behavior that the model does not support is left out. */
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
