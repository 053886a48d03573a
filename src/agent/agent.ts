/** Declares agents and sequences of agents, and checks their definitions. */
import * as z from "zod";
import { hookNames, isHooks, type Hooks } from "./hooks.ts";
import { runConfigSchema, type RunConfig, type RunConfigDefinition } from "./run-config.ts";
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

const definitionSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._:@+-]{1,128}$/, "takes 1 to 128 of letters, digits and ._:@+-")
    .refine((name) => name !== "user", '"user" is the person, not an agent')
    // An address with such a segment leads elsewhere.
    .refine((name) => name !== "." && name !== "..", 'must not be "." or ".."'),
  model: z.union([z.string().min(1), z.tuple([z.string().min(1)], z.string().min(1))]),
  description: z.string().default(""),
  suggestions: z.array(z.string().trim().min(1).max(60)).max(4).default([]),
  instruction: z
    .custom<Instruction>(isInstruction, "is a text or a function of the state")
    .default(""),
  greeting: z.string().min(1).optional(),
  tools: z.array(z.custom<Tool>(isTool, "is not a tool")).default([]),
  subAgents: z.array(z.custom<Agent>(isAgent, "is not an agent")).default([]),
  disallowTransferToParent: z.boolean().default(false),
  disallowTransferToPeers: z.boolean().default(false),
  includeTransferReason: z.boolean().default(false),
  outputKey: z.string().min(1).max(128).optional(),
  includeContents: z.enum(["default", "none"]).default("default"),
  hooks: z.custom<Hooks>(isHooks, `takes functions named ${hookNames}`).default({}),
  voice: z.string().min(1).optional(),
  runConfig: runConfigSchema.prefault({}),
  holdSound: z
    .strictObject({
      sound: z.enum(["tone", "typing"]),
      afterMs: z.int().min(200).max(60_000).optional(),
    })
    .optional(),
});

/**
 * Declares an agent.
 * @throws Error naming the agent and the field if the definition is wrong: at start, not in a conversation.
 */
export function agent(definition: AgentDefinition): Agent {
  const { data, error } = definitionSchema.safeParse(definition);
  if (!data) throw new Error(`Agent "${definition.name}": ${z.prettifyError(error)}`);
  const duplicate = data.tools.find(
    ({ name }, index) => data.tools.findIndex((tool) => tool.name === name) < index,
  );
  if (duplicate) throw new Error(`Agent "${data.name}": there are two tools "${duplicate.name}".`);
  const { model, greeting, voice, ...rest } = data;
  const runConfig = voice ? { ...data.runConfig, voice } : data.runConfig;
  const models = typeof model === "string" ? ([model] as const) : model;
  return requireUniqueNames({ ...rest, greeting, runConfig, models, steps: [] });
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
