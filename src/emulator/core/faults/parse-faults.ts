/** Parses faults from JSON and describes errors in one sentence. */
import { type Close, closes, REASON_BYTES } from "../protocol/close-codes.ts";
import { isRecord } from "../protocol/json.ts";
import { ScriptError, readChoice, rejectUnknownKeys, readWholeNumber } from "../script-error.ts";
import { cutUtf8 } from "../protocol/utf8.ts";
import type { Fault, FaultEffect, FaultTrigger } from "./fault.ts";

/** @throws ScriptError */
export function readFaults(value: unknown): Fault[] {
  if (!Array.isArray(value)) throw new ScriptError("The faults must be a list.");
  return value.map((fault, i) => readFault(fault, `Fault ${i + 1}`));
}

/** @param name names the fault in errors. @throws ScriptError */
export function readFault(value: unknown, name = "The fault"): Fault {
  if (!isRecord(value)) throw new ScriptError(`${name} must be an object with "when" and "what".`);
  rejectUnknownKeys(value, ["when", "what"], name);
  return { when: readWhen(value["when"] ?? {}, name), what: readWhat(value["what"], name) };
}

function readWhen(value: unknown, name: string): FaultTrigger {
  if (!isRecord(value)) throw new ScriptError(`${name}: "when" must be an object.`);
  const triggers = ["turn", "message", "interruption"];
  rejectUnknownKeys(value, ["connection", ...triggers, "afterMs"], `${name}: "when"`);
  if (triggers.filter((key) => value[key] !== undefined).length > 1)
    throw new ScriptError(
      `${name}: "when" names a turn, a message or an interruption, one of them only.`,
    );
  for (const key of ["connection", ...triggers]) {
    if (value[key] !== undefined) readWholeNumber(1, value[key], `${name}: "${key}"`);
  }
  if (value["afterMs"] !== undefined) readWholeNumber(0, value["afterMs"], `${name}: "afterMs"`);
  return value;
}

type EffectReader = (value: unknown, name: string) => FaultEffect;

const effectReaders: Readonly<Record<string, EffectReader>> = {
  goAway: readGoAway,
  close: (value, name) => ({ close: readClose(value, name) }),
  freeze: (value, name) => ({ freeze: readTrue(value, name) }),
  reset: (value, name) => ({ reset: readTrue(value, name) }),
  setup: readSetup,
  send: (value, name) => {
    if (!isRecord(value)) throw new ScriptError(`${name} must be an object: the frame.`);
    return { send: value };
  },
  huge: (value, name) => ({ huge: readWholeNumber(1, value, name) }),
  transcripts: readTranscripts,
  pace: (value, name) => {
    if (typeof value === "number" && value > 0) return { pace: value };
    throw new ScriptError(`${name} must be a number above 0.`);
  },
  handle: (value, name) => ({ handle: readChoice(["invalid", "poisoned"], value, name) }),
  turn: (value, name) => ({ turn: readChoice(["empty"], value, name) }),
  stall: (value, name) => ({ stall: readChoice(["unanswered", "answer", "tone"], value, name) }),
  echo: (value, name) => ({ echo: readChoice(["text"], value, name) }),
};

function readWhat(value: unknown, name: string): FaultEffect {
  const [kind, ...rest] = isRecord(value) ? Object.keys(value) : [];
  const read =
    kind === undefined || !Object.hasOwn(effectReaders, kind) ? undefined : effectReaders[kind];
  if (!isRecord(value) || kind === undefined || read === undefined || rest.length > 0)
    throw new ScriptError(
      `${name}: "what" must be one of ${Object.keys(effectReaders).join(", ")}.`,
    );
  return read(value[kind], `${name}: "${kind}"`);
}

/** Reads `{"timeLeft": "10s", "end": …}`: a protobuf Duration, and a close or "silence". */
function readGoAway(value: unknown, name: string): FaultEffect {
  if (!isRecord(value)) throw new ScriptError(`${name} must be an object with "timeLeft".`);
  rejectUnknownKeys(value, ["timeLeft", "end"], name);
  const { timeLeft, end = "deadline" } = value;
  const seconds =
    typeof timeLeft === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(timeLeft)?.[1] : undefined;
  if (seconds === undefined) throw new ScriptError(`${name}: "timeLeft" must be like "10s".`);
  return {
    goAway: {
      timeLeftMs: Number(seconds) * 1000,
      end: end === "silence" ? end : readClose(end, `${name}: "end"`),
    },
  };
}

/** Reads the name of one of the service's closes, or any code and reason. @throws ScriptError */
export function readClose(value: unknown, name: string): Close {
  if (typeof value === "string" && Object.hasOwn(closes, value))
    return closes[value as keyof typeof closes];
  const { code, reason = "" } = isRecord(value) ? value : {};
  if (typeof code === "number" && isSendable(code) && typeof reason === "string")
    return { code, reason: cutUtf8(reason, REASON_BYTES) };
  const names = Object.keys(closes).join(", ");
  throw new ScriptError(`${name} must be {"code", "reason"} or one of ${names}.`);
}

/** RFC 6455 §7.4: a peer must not send every code. */
function isSendable(code: number): boolean {
  const standard = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  return Number.isInteger(code) && (standard || (code >= 3000 && code <= 4999));
}

function readSetup(value: unknown, name: string): FaultEffect {
  if (value === "never") return { setup: value };
  if (isRecord(value) && Object.keys(value).join("") === "delayMs")
    return { setup: { delayMs: readWholeNumber(0, value["delayMs"], `${name}: "delayMs"`) } };
  throw new ScriptError(`${name} must be "never" or {"delayMs"}.`);
}

function readTranscripts(value: unknown, name: string): FaultEffect {
  if (!isRecord(value)) return { transcripts: readChoice(["doubled", "preceded"], value, name) };
  rejectUnknownKeys(value, ["againAfterMs"], name);
  const againAfterMs = readWholeNumber(0, value["againAfterMs"], `${name}: "againAfterMs"`);
  return { transcripts: { againAfterMs } };
}

function readTrue(value: unknown, name: string): true {
  if (value === true) return value;
  throw new ScriptError(`${name} must be true.`);
}
