/**
 * The agent that a client of the Live API brings: its setup, with its functions as tools that it answers itself.
 *
 *     a named agent   its instruction and tools, and the client's added to them
 *     no named agent  the client's alone
 */
import type { ClientSetup } from "../core/live-api/client-setup.ts";
import type { FunctionDeclaration } from "../wire/live-api.ts";
import type { Agent } from "./agent.ts";
import { runConfigShape } from "./run-config.ts";
import { toDialect } from "./tool-schema.ts";
import type { CallableTool, FunctionTool, ToolContext } from "./tool.ts";

/** Asks whoever declared a function. Rejects when they are gone. */
export type CallClientFunction = (
  name: string,
  args: unknown,
  context: ToolContext,
) => Promise<unknown>;

/** A client's function may ask a person: they get so long, in ms. */
const clientFunctionDeadlineMs = 10 * 60_000;

/** @param named the agent that the client asked for; undefined for none, which is then called `name`. */
export function clientAgent(
  { named, name }: { readonly named: Agent | undefined; readonly name: string },
  setup: ClientSetup,
  ask: CallClientFunction,
): Agent {
  const tools = setup.functions.map((declaration) => clientFunctionTool(declaration, ask));
  if (!named)
    return {
      name,
      models: [setup.model],
      description: "",
      suggestions: [],
      instruction: "",
      greeting: undefined,
      tools,
      subAgents: [],
      steps: [],
      hooks: {},
      runConfig: runConfigOf(runConfigShape.parse({}), setup),
      overlay: setup.fields,
    };
  // Whoever it hands over to has a voice and a model of its own, and the same person to hear.
  const hearing = Object.fromEntries(
    Object.entries(setup.fields).filter(([field]) => inputFields.has(field)),
  );
  return {
    ...applySetup(named, { ...setup, fields: hearing }, tools),
    models: [setup.model],
    overlay: setup.fields,
  };
}

/** What of a setup is about the person, and not about the agent. */
const inputFields = new Set([
  "realtimeInputConfig",
  "inputAudioTranscription",
  "outputAudioTranscription",
]);

function applySetup(agent: Agent, setup: ClientSetup, tools: readonly CallableTool[]): Agent {
  const taken = new Set(agent.tools.map(({ name }) => name));
  return {
    ...agent,
    // The author's own function has the name.
    tools: [...agent.tools, ...tools.filter(({ name }) => !taken.has(name))],
    subAgents: agent.subAgents.map((each) => applySetup(each, setup, tools)),
    steps: agent.steps.map((each) => applySetup(each, setup, tools)),
    runConfig: runConfigOf(agent.runConfig, setup),
    overlay: setup.fields,
  };
}

/** What the conversation itself must know of it; the rest is the model's to read. */
function runConfigOf(own: Agent["runConfig"], { fields }: ClientSetup): Agent["runConfig"] {
  const config = fields["realtimeInputConfig"] as
    | { readonly automaticActivityDetection?: { readonly disabled?: unknown } }
    | undefined;
  if (config === undefined) return own;
  const disabled = config.automaticActivityDetection?.disabled === true;
  return { ...own, activityDetection: { ...own.activityDetection, disabled } };
}

function clientFunctionTool(
  declaration: FunctionDeclaration,
  ask: CallClientFunction,
): FunctionTool {
  const name = declaration.name ?? "";
  return {
    kind: "function",
    name,
    description: declaration.description ?? "",
    // The client checks its own arguments.
    arguments: { schema: undefined, parse: (value) => ({ value: value ?? {} }) },
    behavior: declaration.behavior as FunctionTool["behavior"],
    scheduling: undefined,
    deadlineMs: clientFunctionDeadlineMs,
    longRunning: false,
    declaration: withDialectParameters(declaration),
    run: (args, context) => ask(name, args, context),
  };
}

const withDialectParameters = (declaration: FunctionDeclaration): FunctionDeclaration =>
  declaration.parameters === undefined
    ? declaration
    : {
        ...declaration,
        parameters: toDialect(declaration.parameters) as typeof declaration.parameters,
      };
