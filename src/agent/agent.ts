/** An agent, as its author writes it. */
import { z } from "zod";
import { hookNames, isHooks, type Hooks } from "./hooks.ts";
import { runConfigShape, type RunConfig, type RunConfigDefinition } from "./run-config.ts";
import type { State, Tool } from "./tool.ts";

/** Words for the model; may name state as `{key}`, or be made from it. */
export type Instruction = string | ((state: State) => string);

export interface AgentDefinition {
  /** What clients call it (`?agent=`), and the author of what it says. */
  readonly name: string;
  /** A Live API model, without "models/"; the next is tried when one is refused or unknown. */
  readonly model: string | readonly [string, ...string[]];
  /** One sentence for people who pick an agent. */
  readonly description?: string;
  /** What one could begin with: a page offers them while nothing is said. Up to four, of 60 characters. */
  readonly suggestions?: readonly string[];
  readonly instruction?: Instruction;
  /** The agent speaks first, and this is what it is asked to say. */
  readonly greeting?: string;
  readonly tools?: readonly Tool[];
  /** Whom it may hand the conversation over to; each may hand it back. */
  readonly subAgents?: readonly Agent[];
  /** What is asked of you while it works: to watch, rewrite, block. */
  readonly hooks?: Hooks;
  /** One of Gemini's voices, such as "Kore"; short for `runConfig.voice`. */
  readonly voice?: string;
  readonly runConfig?: RunConfigDefinition;
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
  /** Of a sequence: who speaks, one after the other. Empty for an agent that speaks itself. */
  readonly steps: readonly Agent[];
  readonly hooks: Hooks;
  readonly runConfig: RunConfig;
  /** What a client of the Live API asked for, field by field; laid over the setup that comes of the rest. */
  readonly overlay?: Readonly<Record<string, unknown>>;
}

export interface SequenceDefinition {
  readonly name: string;
  readonly description?: string;
  /** Each leads the conversation until it says that its task is completed. */
  readonly agents: readonly [Agent, ...Agent[]];
}

const shape = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._:@+-]{1,128}$/, "takes 1 to 128 of letters, digits and ._:@+-")
    .refine((name) => name !== "user", '"user" is the person, not an agent'),
  model: z.union([z.string().min(1), z.tuple([z.string().min(1)], z.string().min(1))]),
  description: z.string().default(""),
  suggestions: z.array(z.string().trim().min(1).max(60)).max(4).default([]),
  instruction: z
    .custom<Instruction>(isInstruction, "is a text or a function of the state")
    .default(""),
  greeting: z.string().min(1).optional(),
  tools: z.array(z.custom<Tool>(isTool, "is not a tool")).default([]),
  subAgents: z.array(z.custom<Agent>(isAgent, "is not an agent")).default([]),
  hooks: z.custom<Hooks>(isHooks, `takes functions named ${hookNames}`).default({}),
  voice: z.string().min(1).optional(),
  runConfig: runConfigShape.prefault({}),
});

/**
 * Declares an agent.
 * @throws Error naming the agent and the field when the definition is wrong: at start, not in a call.
 */
export function agent(definition: AgentDefinition): Agent {
  const { data, error } = shape.safeParse(definition);
  if (!data) throw new Error(`Agent "${definition.name}": ${z.prettifyError(error)}`);
  const twice = data.tools.find(
    ({ name }, at) => data.tools.findIndex((each) => each.name === name) < at,
  );
  if (twice) throw new Error(`Agent "${data.name}": there are two tools "${twice.name}".`);
  const { model, greeting, voice, ...rest } = data;
  const runConfig = voice ? { ...data.runConfig, voice } : data.runConfig;
  const models = typeof model === "string" ? ([model] as const) : model;
  return requireUniqueNames({ ...rest, greeting, runConfig, models, steps: [] });
}

/**
 * Declares a sequence: agents that lead the conversation one after the other (ADK: SequentialAgent).
 * @throws Error naming the sequence when two of its agents have one name.
 */
export function sequence({ name, description = "", agents }: SequenceDefinition): Agent {
  const [first] = agents;
  return requireUniqueNames({ ...first, name, description, subAgents: [], steps: agents });
}

/** An agent and all that are under it, itself first. */
export const withDescendants = (agent: Agent): Agent[] => [
  agent,
  ...[...agent.subAgents, ...agent.steps].flatMap(withDescendants),
];

/** Names are how a model says whom it means. */
function requireUniqueNames(agent: Agent): Agent {
  const names = withDescendants(agent).map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice) throw new Error(`Agent "${agent.name}": there are two agents "${twice}" under it.`);
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
