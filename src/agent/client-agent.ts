/**
 * The agent that a client of the Live API brings: its setup, with its functions as tools that it answers itself.
 *
 *     a named agent   its instruction and tools, and the client's added to them
 *     no named agent  the client's alone
 */
import type { GuestSetup } from "../core/live-api/client-setup.ts";
import type { FunctionDeclaration } from "../wire/live-api.ts";
import type { Agent } from "./agent.ts";
import { runConfigShape } from "./run-config.ts";
import { inDialect } from "./tool-schema.ts";
import type { CallableTool, FunctionTool, ToolContext } from "./tool.ts";

/** Asks whoever declared a function. Rejects when they are gone. */
export type AskGuest = (name: string, args: unknown, context: ToolContext) => Promise<unknown>;

/** A client's function may ask a person: they get so long, in ms. */
const guestDeadlineMs = 10 * 60_000;

/** @param named the agent that the client asked for; undefined for none, which is then called `name`. */
export function guestAgent(
  { named, name }: { readonly named: Agent | undefined; readonly name: string },
  setup: GuestSetup,
  ask: AskGuest,
): Agent {
  const tools = setup.functions.map((declaration) => functionOf(declaration, ask));
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
    Object.entries(setup.fields).filter(([field]) => ofHearing.has(field)),
  );
  return {
    ...laidOn(named, { ...setup, fields: hearing }, tools),
    models: [setup.model],
    overlay: setup.fields,
  };
}

/** What of a setup is about the person, and not about the agent. */
const ofHearing = new Set([
  "realtimeInputConfig",
  "inputAudioTranscription",
  "outputAudioTranscription",
]);

function laidOn(agent: Agent, setup: GuestSetup, tools: readonly CallableTool[]): Agent {
  const taken = new Set(agent.tools.map(({ name }) => name));
  return {
    ...agent,
    // The author's own function has the name.
    tools: [...agent.tools, ...tools.filter(({ name }) => !taken.has(name))],
    subAgents: agent.subAgents.map((each) => laidOn(each, setup, tools)),
    steps: agent.steps.map((each) => laidOn(each, setup, tools)),
    runConfig: runConfigOf(agent.runConfig, setup),
    overlay: setup.fields,
  };
}

/** What the conversation itself must know of it; the rest is the model's to read. */
function runConfigOf(own: Agent["runConfig"], { fields }: GuestSetup): Agent["runConfig"] {
  const config = fields["realtimeInputConfig"] as
    | { readonly automaticActivityDetection?: { readonly disabled?: unknown } }
    | undefined;
  if (config === undefined) return own;
  const disabled = config.automaticActivityDetection?.disabled === true;
  return { ...own, activityDetection: { ...own.activityDetection, disabled } };
}

function functionOf(declaration: FunctionDeclaration, ask: AskGuest): FunctionTool {
  const name = declaration.name ?? "";
  return {
    kind: "function",
    name,
    description: declaration.description ?? "",
    // The client checks its own arguments.
    arguments: { schema: undefined, parse: (value) => ({ value: value ?? {} }) },
    behavior: declaration.behavior as FunctionTool["behavior"],
    scheduling: undefined,
    deadlineMs: guestDeadlineMs,
    longRunning: false,
    declaration: told(declaration),
    run: (args, context) => ask(name, args, context),
  };
}

const told = (declaration: FunctionDeclaration): FunctionDeclaration =>
  declaration.parameters === undefined
    ? declaration
    : {
        ...declaration,
        parameters: inDialect(declaration.parameters) as typeof declaration.parameters,
      };
