/**
 * Limits of what clients send, hold and cost. docs/operations.md shows this table to operators, and a test compares the
 * two.
 */
import type { ErrorCode } from "../errors.ts";

interface Limit {
  /** What is limited, and for whom. */
  readonly what: string;
  readonly value: number;
  /** Of the value. */
  readonly unit: string;
  /** For how long what is not used adds up, in s: so much may come at once after a pause. Absent if nothing refills. */
  readonly burstS?: number;
  /** The setting that replaces the value. */
  readonly setting?: string;
  /** What the client gets above it. */
  readonly seen: ErrorCode;
}

export const limits = {
  audio: {
    what: "microphone audio of a person in a conversation",
    value: 1.25,
    unit: "s a second",
    burstS: 12,
    setting: "LIMIT_AUDIO",
    seen: "RATE_LIMITED",
  },
  typedTurns: {
    what: "typed messages of a person in a conversation",
    value: 60,
    unit: "a minute",
    burstS: 60,
    setting: "LIMIT_TYPED_TURNS",
    seen: "RATE_LIMITED",
  },
  dials: {
    what: "sessions that a conversation opens at the Live API",
    value: 30,
    unit: "a minute",
    burstS: 60,
    setting: "LIMIT_DIALS",
    seen: "RATE_LIMITED",
  },
} as const satisfies Record<string, Limit>;

type LimitName = keyof typeof limits;

type SettableName = {
  [Name in LimitName]: (typeof limits)[Name] extends { readonly setting: string } ? Name : never;
}[LimitName];

/** Limits that settings may replace, in the units of the table. */
export type LimitValues = Readonly<Record<SettableName, number>>;

type LimitSetting = (typeof limits)[SettableName]["setting"];

/** @param settings those that are set. */
export function limitValues(
  settings: Readonly<Partial<Record<LimitSetting, number | undefined>>>,
): LimitValues {
  const value = (name: SettableName): number =>
    settings[limits[name].setting] ?? limits[name].value;
  return {
    audio: value("audio"),
    typedTurns: value("typedTurns"),
    dials: value("dials"),
  };
}
