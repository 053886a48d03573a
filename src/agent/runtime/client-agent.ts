/**
 * The agent of a Live API client: made from the client's setup, whose functions become tools that the client answers.
 *
 *     a named agent   its instruction and tools, with the client's added to them
 *     no named agent  the client's alone
 */
import type { ClientSetup } from "../../core/live-api/client-setup.ts";
import { isRecord } from "../../core/live-api/proto-json.ts";
import type { FunctionDeclaration } from "../../wire/live-api.ts";
import type { Agent } from "../agent.ts";
import { runConfigOf } from "../run-config.ts";
import { checkSize, SchemaBudget, SchemaRefusal } from "../schema-budget.ts";
import { isInDialect } from "../schema-in-dialect.ts";
import {
  isJsonSchema,
  isSendable,
  parametersToDialect,
  toDialect,
  type JsonSchema,
} from "../schema-dialect.ts";
import type { CallableTool, FunctionTool, ToolContext } from "../tool.ts";

/** Calls a function at the client that declared it. Rejects if that client has left. */
type CallClientFunction = (name: string, args: unknown, context: ToolContext) => Promise<unknown>;

/** In ms. A client's function may ask a person. */
const clientFunctionDeadlineMs = 10 * 60_000;

/** @param target the agent that the client asked for (`named`), or the name of the agent to make. */
export function clientAgent(
  { named, name }: { readonly named: Agent | undefined; readonly name: string },
  setup: ClientSetup,
  callFunction: CallClientFunction,
): Agent {
  const tools = expressibleFunctions(setup).functions.map((declaration) =>
    clientFunctionTool(declaration, callFunction),
  );
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
      clientSettings: [],
      disallowTransferToParent: false,
      disallowTransferToPeers: false,
      includeTransferReason: false,
      includeContents: "default",
      steps: [],
      hooks: {},
      runConfig: applyActivityDetection(runConfigOf(), setup),
      overlay: setup.fields,
    };
  // Other agents of the tree keep their own voice and model, but the client's input is the same for all.
  const inputSettings = Object.fromEntries(
    Object.entries(setup.fields).filter(([field]) => inputFields.has(field)),
  );
  return {
    ...applySetup(named, { ...setup, fields: inputSettings }, tools),
    models: [setup.model],
    overlay: setup.fields,
  };
}

/** The fields of a setup that describe the client's input and its transcripts, not the agent. */
const inputFields = new Set([
  "realtimeInputConfig",
  "inputAudioTranscription",
  "outputAudioTranscription",
]);

function applySetup(agent: Agent, setup: ClientSetup, tools: readonly CallableTool[]): Agent {
  const ownNames = new Set(agent.tools.map(({ name }) => name));
  return {
    ...agent,
    // The author's function wins over a client's of the same name.
    tools: [...agent.tools, ...tools.filter(({ name }) => !ownNames.has(name))],
    subAgents: agent.subAgents.map((each) => applySetup(each, setup, tools)),
    steps: agent.steps.map((each) => applySetup(each, setup, tools)),
    runConfig: applyActivityDetection(agent.runConfig, setup),
    overlay: setup.fields,
  };
}

/** Reads the one setting of the setup that the relay acts on; the overlay passes the rest to the model. */
function applyActivityDetection(
  runConfig: Agent["runConfig"],
  { fields }: ClientSetup,
): Agent["runConfig"] {
  const config = fields["realtimeInputConfig"];
  if (!isRecord(config)) return runConfig;
  const detection = config["automaticActivityDetection"];
  const disabled = isRecord(detection) && detection["disabled"] === true;
  // The overlay replaces the agent's setting: the service detects speech unless the client has switched it off.
  return {
    ...runConfig,
    activityDetection: { ...runConfig.activityDetection, by: undefined, disabled },
  };
}

function clientFunctionTool(
  declaration: FunctionDeclaration,
  callFunction: CallClientFunction,
): FunctionTool {
  const name = declaration.name ?? "";
  return {
    kind: "function",
    name,
    description: declaration.description ?? "",
    // The client validates the arguments itself.
    arguments: { schema: undefined, parse: (value) => ({ value: value ?? {} }) },
    behavior: declaration.behavior as FunctionTool["behavior"],
    scheduling: undefined,
    deadlineMs: clientFunctionDeadlineMs,
    longRunning: false,
    declaration,
    run: (args, context) => callFunction(name, args, context),
  };
}

interface ExpressibleFunctions {
  /** In the Live API's dialect. */
  readonly functions: readonly FunctionDeclaration[];
  /** The functions left out, and why: one sentence each. */
  readonly omissions: readonly string[];
}

/** The merges that the schemas of all functions of a setup may take: some tenths of a second. */
const maxMergesOfSetup = 40_000;

/** A function that a model cannot be told is left out: with it, the service would refuse the whole setup. */
export function expressibleFunctions(setup: Pick<ClientSetup, "functions">): ExpressibleFunctions {
  const functions: FunctionDeclaration[] = [];
  const omissions: string[] = [];
  let merges = 0;
  for (const declaration of setup.functions) {
    const budget = new SchemaBudget();
    try {
      if (merges > maxMergesOfSetup)
        throw new SchemaRefusal("the parts of the functions before it combine in too many ways");
      functions.push(withDialectParameters(declaration, budget));
    } catch (error) {
      const reason = error instanceof Error ? error.message : "It cannot be told.";
      omissions.push(`The function "${declaration.name}" is left out: ${reason}.`);
    }
    merges += budget.spent.merges;
  }
  return { functions, omissions };
}

function withDialectParameters(
  declaration: FunctionDeclaration,
  budget: SchemaBudget,
): FunctionDeclaration {
  const { parameters, response, parametersJsonSchema, responseJsonSchema, ...rest } = declaration;
  return {
    ...rest,
    ...rewritten("parameters", parameters, (json) => parametersToDialect(json, budget)),
    ...rewritten("response", response, (json) => toDialect(json, budget)),
    // Each of the two is an alternative of one field: the service takes no declaration with both.
    ...(isAbsent(parameters) && checked("parametersJsonSchema", parametersJsonSchema)),
    ...(isAbsent(response) && checked("responseJsonSchema", responseJsonSchema)),
  };
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** A schema that is in the dialect already stays as the client wrote it. */
function rewritten(
  field: "parameters" | "response",
  schema: unknown,
  rewrite: (json: JsonSchema) => unknown,
): object {
  if (isAbsent(schema)) return {};
  if (!isJsonSchema(schema)) throw new SchemaRefusal(`${field} must be a schema`);
  const stays = isInDialect(schema) && (field === "response" || isObjectSchema(schema));
  const value = stays ? schema : rewrite(schema);
  return value === undefined ? {} : { [field]: value };
}

/** The service takes an object alone as a function's parameters. */
const isObjectSchema = ({ type = "OBJECT", anyOf }: JsonSchema): boolean =>
  typeof type === "string" && type.toUpperCase() === "OBJECT" && anyOf === undefined;

/** A JSON Schema that the client chose to send as such: the service reads it, within the limits of its parser. */
function checked(field: "parametersJsonSchema" | "responseJsonSchema", schema: unknown): object {
  if (isAbsent(schema)) return {};
  if (!isJsonSchema(schema)) throw new SchemaRefusal(`${field} must be a schema`);
  if (!isSendable(schema, maxJsonSchemaDepth))
    throw new SchemaRefusal(`${field} is nested more than ${maxJsonSchemaDepth} levels deep`);
  return { [field]: checkSize(schema) };
}

/** Protobuf's parsers accept a hundred levels, of which the setup around it takes some. */
const maxJsonSchemaDepth = 80;
