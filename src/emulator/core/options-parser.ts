/** Parses the emulator's behaviour options from JSON. */
import { readClose } from "./faults/parse-faults.ts";
import { isRecord } from "./protocol/json.ts";
import type { LifetimeOptions, ToolOptions } from "./options.ts";
import { ScriptError, readChoice, rejectUnknownKeys, readWholeNumber } from "./script-error.ts";

type FieldReaders<Whole> = {
  readonly [Key in keyof Whole]: (value: unknown, name: string) => Whole[Key];
};

const tools: FieldReaders<ToolOptions> = {
  unknownCall: (value, name) => readChoice(["ignored", 1007, 1008], value, name),
  cancellation: (value, name) => {
    if (typeof value === "boolean") return value;
    throw new ScriptError(`${name} must be true or false.`);
  },
  reissue: (value, name) => {
    if (typeof value === "number" && value >= 0 && value <= 1) return value;
    throw new ScriptError(`${name} must be a number from 0 to 1.`);
  },
};

const connection: FieldReaders<LifetimeOptions> = {
  lifeMs: (value, name) => readWholeNumber(1, value, name),
  warningMs: (value, name) => readWholeNumber(0, value, name),
  close: (value, name) => (value === "reset" ? value : readClose(value, name)),
};

/** @throws ScriptError */
export function readTools(value: unknown): Partial<ToolOptions> {
  return read(value, tools, `"tools"`);
}

/** @throws ScriptError */
export function readConnection(value: unknown): Partial<LifetimeOptions> | "unwarned" {
  return value === "unwarned" ? value : read(value, connection, `"connection"`);
}

/** Reads an object that may hold some of these fields and must hold no others. */
function read<Whole extends object>(
  value: unknown,
  fields: FieldReaders<Whole>,
  name: string,
): Partial<Whole> {
  if (!isRecord(value)) throw new ScriptError(`${name} must be an object.`);
  rejectUnknownKeys(value, Object.keys(fields), name);
  const parsed: Partial<Whole> = {};
  for (const key of Object.keys(fields) as (keyof Whole & string)[]) {
    if (value[key] !== undefined) parsed[key] = fields[key](value[key], `${name}: "${key}"`);
  }
  return parsed;
}
