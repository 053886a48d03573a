/** Reads faults from JSON, and says in a sentence what is wrong with them. */
import { type Close, closes, REASON_BYTES } from "../protocol/close-codes.ts";
import { isRecord } from "../protocol/json.ts";
import { BadScript, oneOf, only, wholeFrom } from "../script-error.ts";
import { cutUtf8 } from "../protocol/utf8.ts";
import type { Fault, What, When } from "./fault.ts";

/** @throws BadScript */
export function readFaults(value: unknown): Fault[] {
  if (!Array.isArray(value)) throw new BadScript("The faults must be a list.");
  return value.map((fault, i) => readFault(fault, `Fault ${i + 1}`));
}

/** @param name how the sentence names it. @throws BadScript */
export function readFault(value: unknown, name = "The fault"): Fault {
  if (!isRecord(value)) throw new BadScript(`${name} must be an object with "when" and "what".`);
  only(value, ["when", "what"], name);
  return { when: readWhen(value["when"] ?? {}, name), what: readWhat(value["what"], name) };
}

function readWhen(value: unknown, name: string): When {
  if (!isRecord(value)) throw new BadScript(`${name}: "when" must be an object.`);
  only(value, ["connection", "turn", "message", "afterMs"], `${name}: "when"`);
  if (value["turn"] !== undefined && value["message"] !== undefined)
    throw new BadScript(`${name}: "when" names a turn or a message, not both.`);
  for (const key of ["connection", "turn", "message"]) {
    if (value[key] !== undefined) wholeFrom(1, value[key], `${name}: "${key}"`);
  }
  if (value["afterMs"] !== undefined) wholeFrom(0, value["afterMs"], `${name}: "afterMs"`);
  return value;
}

type Reader = (value: unknown, name: string) => What;

const kinds: Readonly<Record<string, Reader>> = {
  goAway: readGoAway,
  close: (value, name) => ({ close: readClose(value, name) }),
  freeze: (value, name) => ({ freeze: yes(value, name) }),
  reset: (value, name) => ({ reset: yes(value, name) }),
  setup: readSetup,
  send: (value, name) => {
    if (!isRecord(value)) throw new BadScript(`${name} must be an object: the frame.`);
    return { send: value };
  },
  huge: (value, name) => ({ huge: wholeFrom(1, value, name) }),
  transcripts: (value, name) => ({ transcripts: oneOf(["doubled", "preceded"], value, name) }),
  pace: (value, name) => {
    if (typeof value === "number" && value > 0) return { pace: value };
    throw new BadScript(`${name} must be a number above 0.`);
  },
  handle: (value, name) => ({ handle: oneOf(["invalid", "poisoned"], value, name) }),
  turn: (value, name) => ({ turn: oneOf(["empty"], value, name) }),
  echo: (value, name) => ({ echo: oneOf(["text"], value, name) }),
};

function readWhat(value: unknown, name: string): What {
  const [kind, ...more] = isRecord(value) ? Object.keys(value) : [];
  const read = kind === undefined || !Object.hasOwn(kinds, kind) ? undefined : kinds[kind];
  if (!isRecord(value) || kind === undefined || read === undefined || more.length > 0)
    throw new BadScript(`${name}: "what" must be one of ${Object.keys(kinds).join(", ")}.`);
  return read(value[kind], `${name}: "${kind}"`);
}

/** `{"timeLeft": "10s", "end": …}`: a protobuf Duration, and a close or "silence". */
function readGoAway(value: unknown, name: string): What {
  if (!isRecord(value)) throw new BadScript(`${name} must be an object with "timeLeft".`);
  only(value, ["timeLeft", "end"], name);
  const { timeLeft, end = "deadline" } = value;
  const seconds =
    typeof timeLeft === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(timeLeft)?.[1] : undefined;
  if (seconds === undefined) throw new BadScript(`${name}: "timeLeft" must be like "10s".`);
  return {
    goAway: {
      timeLeftMs: Number(seconds) * 1000,
      end: end === "silence" ? end : readClose(end, `${name}: "end"`),
    },
  };
}

/** One of the service's own closes by its name, or any code and reason. @throws BadScript */
export function readClose(value: unknown, name: string): Close {
  if (typeof value === "string" && Object.hasOwn(closes, value))
    return closes[value as keyof typeof closes];
  const { code, reason = "" } = isRecord(value) ? value : {};
  if (typeof code === "number" && mayBeSent(code) && typeof reason === "string")
    return { code, reason: cutUtf8(reason, REASON_BYTES) };
  const names = Object.keys(closes).join(", ");
  throw new BadScript(`${name} must be {"code", "reason"} or one of ${names}.`);
}

/** RFC 6455 §7.4: some codes are only for the API of a socket. */
function mayBeSent(code: number): boolean {
  const standard = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  return Number.isInteger(code) && (standard || (code >= 3000 && code <= 4999));
}

function readSetup(value: unknown, name: string): What {
  if (value === "never") return { setup: value };
  if (isRecord(value) && Object.keys(value).join("") === "delayMs")
    return { setup: { delayMs: wholeFrom(0, value["delayMs"], `${name}: "delayMs"`) } };
  throw new BadScript(`${name} must be "never" or {"delayMs"}.`);
}

function yes(value: unknown, name: string): true {
  if (value === true) return value;
  throw new BadScript(`${name} must be true.`);
}
