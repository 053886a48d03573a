/**
 * The setup of a Live API client: what of it is the conversation's, and what comes of it beside an agent's own.
 *
 *     client's setup ─► read ─► kept with the conversation (GuestSetup) ─► laid over the agent's setup ─► the model
 *                         └───► the client's own: what it resumes, which transcripts it wants
 */
import type { FunctionDeclaration } from "../../wire/live-api.ts";
import { clientError, type ClientError } from "../errors.ts";
import { isRecord } from "./proto-json.ts";
import type { SetupMessage } from "./session-setup.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a conversation takes from the first setup it gets. */
export interface ClientSetup {
  /** Without "models/". */
  readonly model: string;
  /** As they were sent, known or not, without what parley decides. */
  readonly fields: Fields;
  readonly functions: readonly FunctionDeclaration[];
  /** Whether its first contents are what was said before (Live API: historyConfig). */
  readonly seeds: boolean;
}

/** What one client asks for itself. */
export interface ClientPreferences {
  /** Wants to be able to come back: the handle it came with, or "" for none. */
  readonly handle: string | undefined;
  readonly inputTranscription: boolean;
  readonly outputTranscription: boolean;
}

export interface ParsedClientSetup {
  readonly setup: ClientSetup;
  readonly preferences: ClientPreferences;
}

/** They are kept with the client's place (Durable Objects: an attachment holds 16 KiB). */
const maxFunctionNamesCharacters = 8 * 1024;

/** Others would work with the server's account: its corpora, maps and other people's servers. */
const allowedTools = new Set([
  "functionDeclarations",
  "googleSearch",
  "googleSearchRetrieval",
  "codeExecution",
  "urlContext",
]);

/** @param setup with its fields in lowerCamel. */
export function parseClientSetup(setup: Fields): ParsedClientSetup | ClientError {
  const { model, tools = [], sessionResumption, historyConfig, ...rest } = setup;
  if (typeof model !== "string" || model === "") return invalid("setup.model is missing.");
  if (!Array.isArray(tools) || !tools.every(isRecord))
    return invalid("setup.tools must be a list of tools.");
  const foreign = tools.flatMap(Object.keys).find((name) => !allowedTools.has(name));
  if (foreign !== undefined)
    return invalid(
      `the tool ${foreign.slice(0, 40)} is not for clients; known are ${[...allowedTools].join(", ")}.`,
    );
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

const handleIn = ({ handle }: Fields): string => (typeof handle === "string" ? handle : "");

/** "models/m", "publishers/google/models/m" and "projects/…/models/m" name the same model. */
const bareModelName = (model: string): string => model.replace(/^.*models\//, "");

const withoutFunctions = (tool: Fields): Fields =>
  Object.fromEntries(Object.entries(tool).filter(([name]) => name !== "functionDeclarations"));

const isDeclaration = (value: unknown): value is FunctionDeclaration =>
  isRecord(value) &&
  typeof value["name"] === "string" &&
  /^[a-zA-Z_][\w.:-]{0,127}$/.test(value["name"]);

const invalid = (what: string): ClientError =>
  clientError("BAD_FRAME", `Request contains an invalid argument: ${what}`);

/** The names of what a setup asks that another one does not, or otherwise. */
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
 * A guest's fields laid over a setup of the agent's: what the guest does not name stays the agent's; instructions and
 * tools are added up, the agent's first.
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
  // The guest's fields are the service's to judge, known or not.
  return { setup: merged };
}

function mergeField(
  name: string,
  own: Fields,
  guest: Fields,
  join: (one: Fields, other: Fields) => Fields,
): Fields {
  const [one, other] = [own[name], guest[name]];
  return isRecord(one) && isRecord(other) ? { [name]: join(one, other) } : {};
}

const partsOf = ({ parts }: Fields): readonly unknown[] => (Array.isArray(parts) ? parts : []);

/** What a model brings itself is declared once. */
function tools(own: Fields, guest: Fields): Fields {
  const [ours, theirs] = [listOf(own["tools"]), listOf(guest["tools"])];
  const names = new Set(ours.flatMap(Object.keys));
  const added = theirs
    .map((tool) => Object.fromEntries(Object.entries(tool).filter(([name]) => !names.has(name))))
    .filter((tool) => Object.keys(tool).length > 0);
  const all = [...ours, ...added];
  return all.length > 0 ? { tools: all } : {};
}

const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
