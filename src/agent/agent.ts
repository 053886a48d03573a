/** Declares agents and sequences of agents, and checks their definitions. */
import {
  accepts,
  allOf,
  fields,
  flag,
  integer,
  listOf,
  nonEmptyText,
  oneOf,
  text,
  type Check,
} from "./definition-check.ts";
import { hookNames, isHooks, type Hooks } from "./hooks.ts";
import {
  checkRunConfig,
  runConfigOf,
  type RunConfig,
  type RunConfigDefinition,
} from "./run-config.ts";
import { clientSettingNames, type ClientSettingName } from "./client-settings.ts";
import type { HoldSoundName } from "../wire/hold-sound.ts";
import type { State, Tool } from "./tool.ts";

/**
 * A text for the model that may contain `{key}` for a value of the session state (`{{key}}` is the text `{key}`), or a
 * function of that state.
 */
export type Instruction = string | ((state: State) => string);

export interface AgentDefinition {
  /** The name that clients ask for (`?agent=`), and the `author` of the agent's events. */
  readonly name: string;
  /** A Live API model, without "models/". Of a list, the relay uses the next if the service rejects or does not know one. */
  readonly model: string | readonly [string, ...string[]];
  /** One sentence for people who pick an agent. */
  readonly description?: string;
  /** First messages that a page offers in an empty conversation: up to four, of up to 60 characters. */
  readonly suggestions?: readonly string[];
  readonly instruction?: Instruction;
  /** The agent speaks first; this text asks the model for it. */
  readonly greeting?: string;
  readonly tools?: readonly Tool[];
  /** Agents that this one may transfer the conversation to; each may transfer it back. */
  readonly subAgents?: readonly Agent[];
  /**
   * The agent may not transfer to its parent. When a client joins after a minute without activity, the root agent goes on
   * in its place: no user is left with it for ever.
   */
  readonly disallowTransferToParent?: boolean;
  /** The agent may not transfer to the other sub-agents of its parent. */
  readonly disallowTransferToPeers?: boolean;
  /** The model may give a reason with a transfer, which clients and the next agent get. */
  readonly includeTransferReason?: boolean;
  /**
   * The key of the session state that stores the transcript of the agent's latest answer, such as for the instruction of
   * the next agent.
   */
  readonly outputKey?: string;
  /** "none": a new session of the agent does not get the conversation so far, only the text that asks for an answer. */
  readonly includeContents?: "default" | "none";
  /** Functions that the relay calls while the agent works: to observe, rewrite or block. */
  readonly hooks?: Hooks;
  /** One of Gemini's voices, such as "Kore"; an abbreviation of `runConfig.voice`. */
  readonly voice?: string;
  readonly runConfig?: RunConfigDefinition;
  /** Settings that clients may choose for their session (`?voice=&language=&instruction=`): nothing by default. */
  readonly clientSettings?: readonly ClientSettingName[];
  /** On the telephone: a soft sound while a tool lets the caller wait. None by default. */
  readonly holdSound?: HoldSound;
}

export interface HoldSound {
  readonly sound: HoldSoundName;
  /** How long a tool runs before the sound begins, in ms; by default 2,000. */
  readonly afterMs?: number | undefined;
}

export interface Agent {
  readonly name: string;
  readonly models: readonly [string, ...string[]];
  readonly description: string;
  readonly suggestions: readonly string[];
  readonly instruction: Instruction;
  readonly greeting: string | undefined;
  readonly tools: readonly Tool[];
  readonly subAgents: readonly Agent[];
  readonly disallowTransferToParent: boolean;
  readonly disallowTransferToPeers: boolean;
  readonly includeTransferReason: boolean;
  readonly outputKey?: string | undefined;
  readonly includeContents: "default" | "none";
  /** The agents of a sequence, in order; empty for an agent that speaks itself. */
  readonly steps: readonly Agent[];
  readonly hooks: Hooks;
  readonly runConfig: RunConfig;
  readonly clientSettings: readonly ClientSettingName[];
  readonly holdSound?: HoldSound | undefined;
  /** Fields of a Live API client's setup; they override the setup that the relay builds from the rest. */
  readonly overlay?: Readonly<Record<string, unknown>>;
}

export interface SequenceDefinition {
  readonly name: string;
  readonly description?: string;
  /** Each is active until its model calls `task_completed`. */
  readonly agents: readonly [Agent, ...Agent[]];
}

const model: Check = (value, at) =>
  Array.isArray(value) && value.length > 0
    ? listOf(nonEmptyText)(value, at)
    : accepts(
        (name) => typeof name === "string" && name !== "",
        "must be a model's name, or a list of them",
      )(value, at);

const suggestion = accepts(
  (value) => typeof value === "string" && /^.{1,60}$/s.test(value.trim()),
  "must be a text of 1 to 60 characters",
);

const checkDefinition = fields<AgentDefinition>(
  {
    name: allOf(
      accepts(
        (value) => typeof value === "string" && /^[A-Za-z0-9._:@+-]{1,128}$/.test(value),
        "takes 1 to 128 of letters, digits and ._:@+-",
      ),
      accepts((name) => name !== "user", 'must not be "user", which is the person'),
      // An address with such a segment leads elsewhere.
      accepts((name) => name !== "." && name !== "..", 'must not be "." or ".."'),
    ),
    model,
    description: text,
    suggestions: allOf(
      listOf(suggestion),
      accepts((value) => (value as readonly unknown[]).length <= 4, "takes four at most"),
    ),
    instruction: accepts(isInstruction, "must be a text or a function of the state"),
    greeting: nonEmptyText,
    tools: listOf(accepts(isTool, "is not a tool")),
    subAgents: listOf(accepts(isAgent, "is not an agent")),
    disallowTransferToParent: flag,
    disallowTransferToPeers: flag,
    includeTransferReason: flag,
    outputKey: accepts(
      (value) => typeof value === "string" && value.length >= 1 && value.length <= 128,
      "must be a text of 1 to 128 characters",
    ),
    includeContents: oneOf(["default", "none"]),
    hooks: accepts(isHooks, `takes functions named ${hookNames}`),
    voice: nonEmptyText,
    runConfig: checkRunConfig,
    clientSettings: listOf(oneOf(clientSettingNames)),
    holdSound: fields<HoldSound>(
      { sound: oneOf(["tone", "typing"]), afterMs: integer(200, 60_000) },
      ["sound"],
    ),
  },
  ["name", "model"],
);

/**
 * Declares an agent.
 * @throws Error naming the agent and the field if the definition is wrong: at start, not in a conversation.
 */
export function agent(definition: AgentDefinition): Agent {
  const { name, model, voice, suggestions = [], tools = [] } = definition;
  const problems = checkDefinition(definition, "");
  if (problems.length > 0) throw new Error(`Agent "${name}": ${problems.join("; ")}.`);
  const duplicate = tools.find(
    (tool, index) => tools.findIndex((other) => other.name === tool.name) < index,
  );
  if (duplicate) throw new Error(`Agent "${name}": there are two tools "${duplicate.name}".`);
  const runConfig = runConfigOf(definition.runConfig);
  return requireUniqueNames({
    name,
    models: typeof model === "string" ? [model] : model,
    description: definition.description ?? "",
    suggestions: suggestions.map((each) => each.trim()),
    instruction: definition.instruction ?? "",
    greeting: definition.greeting,
    tools,
    subAgents: definition.subAgents ?? [],
    disallowTransferToParent: definition.disallowTransferToParent ?? false,
    disallowTransferToPeers: definition.disallowTransferToPeers ?? false,
    includeTransferReason: definition.includeTransferReason ?? false,
    outputKey: definition.outputKey,
    includeContents: definition.includeContents ?? "default",
    steps: [],
    hooks: definition.hooks ?? {},
    runConfig: voice === undefined ? runConfig : { ...runConfig, voice },
    clientSettings: definition.clientSettings ?? [],
    holdSound: definition.holdSound,
  });
}

/**
 * Declares a sequence: agents that are active one after the other (ADK: SequentialAgent).
 * @throws Error naming the sequence if two of its agents have the same name.
 */
export function sequence({ name, description = "", agents }: SequenceDefinition): Agent {
  const [first] = agents;
  return requireUniqueNames({
    ...first,
    name,
    description,
    subAgents: [],
    disallowTransferToParent: false,
    steps: agents,
  });
}

/** An agent and all agents below it, itself first. */
export const withDescendants = (agent: Agent): Agent[] => [
  agent,
  ...[...agent.subAgents, ...agent.steps].flatMap(withDescendants),
];

/** Requires that names are unique in the tree: the model names the target of a transfer. */
function requireUniqueNames(agent: Agent): Agent {
  const names = withDescendants(agent).map(({ name }) => name);
  const duplicate = names.find((name, index) => names.indexOf(name) < index);
  if (duplicate)
    throw new Error(`Agent "${agent.name}": there are two agents "${duplicate}" under it.`);
  return agent;
}

function isInstruction(value: unknown): boolean {
  return typeof value === "string" || typeof value === "function";
}

function isAgent(value: unknown): boolean {
  return typeof value === "object" && value !== null && "models" in value && "name" in value;
}

function isTool(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && "name" in value;
}
