/**
 * Parses a scenario, the model's scripted replies and the faults to inject, from JSON; checks it completely before use.
 *
 *     {"lines": [{"when": {"words": "time"}, "steps": [{"say": "Noon."}]}], "loop": false,
 *      "faults": [{"when": {"connection": 1, "turn": 2}, "what": {"close": "quota"}}],
 *      "tools": {"cancellation": true}, "connection": {"lifeMs": 60000, "warningMs": 10000}}
 */
import type { Line, Script, When } from "./brain/scripted-brain.ts";
import type { Fault } from "./faults/fault.ts";
import { readFaults } from "./faults/parse-faults.ts";
import { isRecord } from "./protocol/json.ts";
import { readConnection, readTools } from "./options-parser.ts";
import type { EmulatorOptions } from "./options.ts";
import type { Step } from "./ports.ts";
import { ScriptError, rejectUnknownKeys, readWholeNumber } from "./script-error.ts";

export interface Scenario {
  /** Undefined: the emulator's own brain replies. */
  readonly script: Script | undefined;
  readonly faults: readonly Fault[];
  /** Options for behaviour that the service leaves open. */
  readonly options: Pick<EmulatorOptions, "tools" | "connection" | "interimMs">;
}

/** @throws ScriptError */
export function readScenario(value: unknown): Scenario {
  if (!isRecord(value)) throw new ScriptError("A script must be an object.");
  rejectUnknownKeys(
    value,
    ["lines", "loop", "faults", "tools", "connection", "interimMs"],
    "The script",
  );
  const { lines, loop = false, faults = [], tools, connection, interimMs } = value;
  if (typeof loop !== "boolean") throw new ScriptError(`"loop" must be true or false.`);
  return {
    script: lines === undefined ? undefined : { lines: readLines(lines), loop },
    faults: readFaults(faults),
    options: {
      ...(tools === undefined ? {} : { tools: readTools(tools) }),
      ...(interimMs === undefined
        ? {}
        : { interimMs: readWholeNumber(1, interimMs, `"interimMs"`) }),
      ...(connection === undefined ? {} : { connection: readConnection(connection) }),
    },
  };
}

function readLines(value: unknown): Line[] {
  if (!Array.isArray(value)) throw new ScriptError(`"lines" must be a list.`);
  return value.map((line: unknown, i) => {
    const name = `Line ${i + 1}`;
    if (!isRecord(line) || !Array.isArray(line["steps"]))
      throw new ScriptError(`${name} must have "steps", a list.`);
    rejectUnknownKeys(line, ["when", "steps"], name);
    const steps = line["steps"].map((step: unknown) => readStep(step, name));
    return line["when"] === undefined ? { steps } : { when: readWhen(line["when"], name), steps };
  });
}

function readWhen(value: unknown, name: string): When {
  const { words: pattern, flags = "i", toolResponse } = isRecord(value) ? value : {};
  if (
    typeof pattern === "string" &&
    typeof flags === "string" &&
    isRegularExpression(pattern, flags)
  )
    return { words: pattern, flags };
  if (toolResponse === true || typeof toolResponse === "string") return { toolResponse };
  throw new ScriptError(
    `${name}: "when" must be {"words": a regular expression} or {"toolResponse": a name, or true}.`,
  );
}

function isRegularExpression(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

const stepValidators: Readonly<Record<string, (value: unknown) => boolean>> = {
  say: (value) => typeof value === "string",
  think: (value) => typeof value === "string",
  call: (value) => Array.isArray(value) && value.every(isCall),
  part: isRecord,
  grounding: isRecord,
};

function isCall(value: unknown): boolean {
  return isRecord(value) && typeof value["name"] === "string" && isRecord(value["args"]);
}

function readStep(value: unknown, name: string): Step {
  const [kind = "", ...more] = isRecord(value) ? Object.keys(value) : [];
  const isValid =
    Object.hasOwn(stepValidators, kind) &&
    isRecord(value) &&
    stepValidators[kind]?.(value[kind]) === true;
  if (!isValid || more.length > 0)
    throw new ScriptError(
      `${name}: a step is {"say": text}, {"think": text}, {"call": [{"name", "args"}]}, {"part": …} or {"grounding": …}.`,
    );
  return value as Step;
}
