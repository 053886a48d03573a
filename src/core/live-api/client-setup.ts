/**
 * The setup of a Live API client: parses it, and merges it into the agent's setup.
 *
 *     client's setup ─► parse ─► stored with the conversation (ClientSetup) ─► merged over the agent's setup ─► the model
 *                         └────► the client's own preferences: what it resumes, which transcripts it wants
 */
import type { FunctionDeclaration } from "../../wire/live-api.ts";
import { cutText } from "../../wire/text.ts";
import { clientError, type ClientError } from "../errors.ts";
import { bareModelName } from "./models.ts";
import { isRecord } from "./proto-json.ts";
import type { SetupMessage } from "./session-setup.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The part of the first setup that holds for the conversation. */
export interface ClientSetup {
  /** Without "models/". */
  readonly model: string;
  /** As they were sent, known or not, without those that parley decides. */
  readonly fields: Fields;
  readonly functions: readonly FunctionDeclaration[];
  /** Whether its first contents are history (Live API: historyConfig). */
  readonly seeds: boolean;
}

/** The part of a setup that holds for one client. */
interface ClientPreferences {
  /** To be able to resume: the handle that it presents, or "" for none; undefined if it does not want to. */
  readonly handle: string | undefined;
  readonly inputTranscription: boolean;
  readonly outputTranscription: boolean;
}

interface ParsedClientSetup {
  readonly setup: ClientSetup;
  readonly preferences: ClientPreferences;
}

/** They are stored in the connection's attachment (Durable Objects: at most 16 KiB). */
const maxFunctionNamesCharacters = 8 * 1024;

/** Others would use the server's account: its corpora, maps and third-party servers. */
const allowedTools = new Set([
  "functionDeclarations",
  "googleSearch",
  "googleSearchRetrieval",
  "codeExecution",
  "urlContext",
]);

/** @param setup with its fields in lowerCamel, none of them null. */
export function parseClientSetup(setup: Fields): ParsedClientSetup | ClientError {
  const { model, tools = [], sessionResumption, historyConfig, ...rest } = setup;
  if (typeof model !== "string" || model === "") return invalid("setup.model is missing.");
  const { systemInstruction } = rest;
  if (systemInstruction !== undefined && !isTextContent(systemInstruction))
    return invalid("setup.system_instruction must be a content of text parts.");
  if (!Array.isArray(tools) || !tools.every(isRecord))
    return invalid("setup.tools must be a list of tools.");
  const foreign = tools.flatMap(Object.keys).find((name) => !allowedTools.has(name));
  if (foreign !== undefined)
    return invalid(
      `the tool ${cutText(foreign, 40)} is not for clients; known are ${[...allowedTools].join(", ")}.`,
    );
  // The service would refuse such a setup, and each later one that has it.
  if (!tools.flatMap((tool) => Object.values(withoutFunctions(tool))).every(isRecord))
    return invalid("a tool that the service runs must have an object of options.");
  const functions = tools.flatMap((tool): unknown => tool["functionDeclarations"] ?? []);
  if (!functions.every(isDeclaration))
    return invalid("a function declaration needs a name of letters, digits, _ . or -.");
  if (JSON.stringify(functions.map(({ name }) => name)).length > maxFunctionNamesCharacters)
    return invalid(`the names of all functions may have ${maxFunctionNamesCharacters} characters.`);
  const others = tools.map(withoutFunctions).filter((tool) => Object.keys(tool).length > 0);
  return {
    setup: {
      model: bareModelName(model),
      fields: { ...rest, ...(others.length > 0 && { tools: others }) },
      functions,
      seeds: isRecord(historyConfig) && historyConfig["initialHistoryInClientContent"] === true,
    },
    preferences: {
      handle: isRecord(sessionResumption) ? handleIn(sessionResumption) : undefined,
      inputTranscription: rest["inputAudioTranscription"] !== undefined,
      outputTranscription: rest["outputAudioTranscription"] !== undefined,
    },
  };
}

/** The fields of a setup that change the agent, and not only the client's input and what it receives. */
export const ownSetupFields = ({ generationConfig, ...fields }: Fields): string[] => [
  ...Object.keys(fields).filter((name) => !connectionFields.has(name)),
  ...transcriptions.flatMap((name) => ownTranscriptionFields(name, fields[name])),
  ...(isRecord(generationConfig) ? ownGenerationFields(generationConfig) : []),
  // What is no message would take the place of the agent's.
  ...(generationConfig === undefined || isRecord(generationConfig) ? [] : ["generationConfig"]),
];

const ownGenerationFields = (generationConfig: Fields): string[] =>
  Object.keys(generationConfig)
    .filter((name) => name !== "responseModalities")
    .map((name) => `generationConfig.${name}`);

/** Which words the client expects is for the model; which language it speaks, and what it receives, is the client's. */
const ownTranscriptionFields = (name: string, value: unknown): string[] =>
  isRecord(value)
    ? Object.keys(value)
        .filter((each) => !receivedFields.has(each))
        .map((each) => `${name}.${each}`)
    : [];

const receivedFields: ReadonlySet<string> = new Set(
  "languageCodes languageAuto languageHints wordTimestamp diarization mode".split(" "),
);

const transcriptions = ["inputAudioTranscription", "outputAudioTranscription"] as const;

const connectionFields: ReadonlySet<string> = new Set([
  "model",
  "sessionResumption",
  "realtimeInputConfig",
  ...transcriptions,
]);

/**
 * Applies an update of the context (Live API: contextUpdate) to a setup: a field that it has replaces the setup's.
 * @param update with its fields in lowerCamel, none of them null.
 */
export function applyContextUpdate(setup: ClientSetup, update: Fields): ClientSetup | ClientError {
  const { systemInstruction, tools, ...unknown } = update;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    return clientError(
      "BAD_FRAME",
      `Invalid JSON payload received. Unknown name "${cutText(name, 40)}" at 'context_update': Cannot find field.`,
    );
  if (systemInstruction !== undefined && !isTextContent(systemInstruction))
    return invalid("context_update.system_instruction must be a content of text parts.");
  const list = tools === undefined ? undefined : toolsIn(tools);
  if (list === "invalid") return invalid("context_update.tools must be {tools: a list of tools}.");
  const parsed = parseClientSetup({ model: setup.model, ...(list && { tools: list }) });
  if ("code" in parsed) return parsed;
  const { tools: before, ...fields } = setup.fields;
  const builtIns = list ? parsed.setup.fields["tools"] : before;
  return {
    ...setup,
    fields: {
      ...fields,
      ...(systemInstruction !== undefined && { systemInstruction }),
      ...(builtIns !== undefined && { tools: builtIns }),
    },
    functions: list ? parsed.setup.functions : setup.functions,
  };
}

/** A file in an instruction would be read by no hook, and one elsewhere with the server's account. */
const isTextContent = (value: unknown): boolean =>
  isRecord(value) &&
  partsOf(value).every(
    (part) => isRecord(part) && typeof part["text"] === "string" && Object.keys(part).length === 1,
  );

/** The wrapper of the list tells an empty list from none. Normalised, a single message is a list of one. */
function toolsIn(tools: unknown): readonly unknown[] | "invalid" {
  const [wrapper, another] = Array.isArray(tools) ? (tools as readonly unknown[]) : [tools];
  if (!isRecord(wrapper) || another !== undefined) return "invalid";
  const { tools: list = [], ...unknown } = wrapper;
  return Array.isArray(list) && Object.keys(unknown).length === 0 ? list : "invalid";
}

const handleIn = ({ handle }: Fields): string => (typeof handle === "string" ? handle : "");

const withoutFunctions = (tool: Fields): Fields =>
  Object.fromEntries(Object.entries(tool).filter(([name]) => name !== "functionDeclarations"));

const isDeclaration = (value: unknown): value is FunctionDeclaration =>
  isRecord(value) &&
  typeof value["name"] === "string" &&
  /^[a-zA-Z_][\w.:-]{0,127}$/.test(value["name"]);

const invalid = (what: string): ClientError =>
  clientError("BAD_FRAME", `Request contains an invalid argument: ${what}`);

/** The names of the fields in which two setups differ. */
export const differingFields = (one: ClientSetup, other: ClientSetup): string[] =>
  [...new Set([...Object.keys(one.fields), ...Object.keys(other.fields)])]
    .filter((name) => !isSame(one.fields[name], other.fields[name]))
    .concat(
      one.model === other.model ? [] : ["model"],
      isSame(one.functions, other.functions) ? [] : ["functionDeclarations"],
    );

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/**
 * Merges a client's fields over the agent's setup: fields that the client does not set stay the agent's; instructions and
 * tools are concatenated, the agent's first.
 */
export function mergeSetup({ setup }: SetupMessage, fields: Fields = {}): SetupMessage {
  const own = setup as Fields;
  const merged: Fields = {
    ...own,
    ...fields,
    ...mergeField("generationConfig", own, fields, (one, other) => ({ ...one, ...other })),
    ...mergeField("systemInstruction", own, fields, (one, other) => ({
      ...other,
      parts: [...partsOf(one), ...partsOf(other)],
    })),
    ...tools(own, fields),
  };
  // The service validates the client's fields, known or not.
  return { setup: merged };
}

function mergeField(
  name: string,
  own: Fields,
  client: Fields,
  join: (one: Fields, other: Fields) => Fields,
): Fields {
  const [one, other] = [own[name], client[name]];
  return isRecord(one) && isRecord(other) ? { [name]: join(one, other) } : {};
}

const partsOf = ({ parts }: Fields): readonly unknown[] => (Array.isArray(parts) ? parts : []);

/** A built-in tool must be declared once. */
function tools(own: Fields, client: Fields): Fields {
  const [agentTools, clientTools] = [listOf(own["tools"]), listOf(client["tools"])];
  const names = new Set(agentTools.flatMap(Object.keys));
  const added = clientTools
    .map((tool) => Object.fromEntries(Object.entries(tool).filter(([name]) => !names.has(name))))
    .filter((tool) => Object.keys(tool).length > 0);
  const all = [...agentTools, ...added];
  return all.length > 0 ? { tools: all } : {};
}

const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
