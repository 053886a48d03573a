/**
 * Limits of what clients send, hold and cost. docs/operations.md shows this table to operators, and a test compares the
 * two.
 */
import type { ErrorCode } from "../errors.ts";

interface Limit {
  /** The limited quantity, and its owner. */
  readonly what: string;
  /** Infinity: none, unless the setting is set. */
  readonly value: number;
  /** Of the value. */
  readonly unit: string;
  /** For how long what is not used adds up, in s: so much may come at once after a pause. Absent if nothing refills. */
  readonly burstS?: number;
  /** The setting that replaces the value. */
  readonly setting?: string;
  /** The error of a client above it, or the close code of its connection. */
  readonly seen: ErrorCode | 1000;
  /** The rule of docs/behaviour.md that says more, and whose test shows it. */
  readonly rule: string;
}

export const limits = {
  frameBytes: {
    what: "a frame, or a message by HTTP",
    value: 1024 * 1024,
    unit: "bytes",
    seen: "FRAME_TOO_BIG",
    rule: "LIMIT2",
  },
  frames: {
    what: "frames of a connection",
    value: 100,
    unit: "a second",
    burstS: 2,
    seen: "TOO_MANY_FRAMES",
    rule: "LIMIT1",
  },
  audio: {
    what: "microphone audio of a person in a conversation",
    value: 1.25,
    unit: "s a second",
    burstS: 12,
    setting: "LIMIT_AUDIO",
    seen: "RATE_LIMITED",
    rule: "LIMIT9",
  },
  answers: {
    what: "answers to one client",
    value: 256 * 1024,
    unit: "bytes a second",
    burstS: 32,
    seen: "TOO_MANY_FRAMES",
    rule: "LIMIT17",
  },
  history: {
    what: "history that a person reads of a conversation, or of a user's list, over all its connections",
    value: 256 * 1024,
    unit: "bytes a second",
    burstS: 128,
    seen: "RATE_LIMITED",
    rule: "LIMIT27",
  },
  unreadBytes: {
    what: "frames that a client leaves unread",
    value: 4 * 1024 * 1024,
    unit: "bytes",
    seen: "SLOW_CONSUMER",
    rule: "FLOW11",
  },
  bodyBytes: {
    what: "a body by HTTP on ADK's routes",
    value: 8 * 1024 * 1024,
    unit: "bytes",
    seen: "BODY_TOO_BIG",
    rule: "HTTP1",
  },
  controlBodyBytes: {
    what: "a body of `/api` or of a telephone provider",
    value: 64 * 1024,
    unit: "bytes",
    seen: "BODY_TOO_BIG",
    rule: "HTTP1",
  },
  typedTurns: {
    what: "typed messages of a person in a conversation, or contents of as many characters",
    value: 60,
    unit: "a minute",
    burstS: 60,
    setting: "LIMIT_TYPED_TURNS",
    seen: "RATE_LIMITED",
    rule: "LIMIT10",
  },
  stateChanges: {
    what: "changes of the state by a person in a conversation, and interruptions; 8 KiB of a change count as one",
    value: 10,
    unit: "a second",
    burstS: 12,
    seen: "RATE_LIMITED",
    rule: "LIMIT38",
  },
  pictures: {
    what: "pictures of a person in a conversation",
    value: 5,
    unit: "a second",
    burstS: 4,
    setting: "LIMIT_PICTURES",
    seen: "RATE_LIMITED",
    rule: "LIMIT22",
  },
  dials: {
    what: "sessions that a conversation opens at the Live API",
    value: 30,
    unit: "a minute",
    burstS: 60,
    setting: "LIMIT_DIALS",
    seen: "RATE_LIMITED",
    rule: "LIMIT11",
  },
  connects: {
    what: "connections that a process of the server opens to conversations",
    value: 100,
    unit: "a second",
    burstS: 3,
    setting: "LIMIT_CONNECTS",
    seen: "RATE_LIMITED",
    rule: "LIMIT33",
  },
  connectsOfClient: {
    what: "of them, those of one token or address: a tenth of all",
    value: 10,
    unit: "a second",
    burstS: 3,
    seen: "RATE_LIMITED",
    rule: "LIMIT33",
  },
  lateTimers: {
    what: "lateness of timers, for 1.5 s, at which newcomers are refused",
    value: 200,
    unit: "ms",
    seen: "OVERLOADED",
    rule: "LIMIT32",
  },
  textCharacters: {
    what: "a typed message",
    value: 32_000,
    unit: "characters",
    seen: "BAD_FRAME",
    rule: "DEMO2",
  },
  jsonLevels: {
    what: "JSON of a client",
    value: 100,
    unit: "levels",
    seen: "BAD_FRAME",
    rule: "WIRE7",
  },
  pendingTexts: {
    what: "typed messages of a conversation that wait for an author's hook",
    value: 50,
    unit: "",
    seen: "TOO_MANY_PENDING",
    rule: "LIMIT12",
  },
  connectionsOfAddress: {
    what: "connections that an address opens, at one location of the platform",
    value: 600,
    unit: "a minute",
    burstS: 60,
    seen: "RATE_LIMITED",
    rule: "LIMIT19",
  },
  connectionsOfPerson: {
    what: "connections of a token, or of all tokens of a subject, at one location of the platform",
    value: 240,
    unit: "a minute",
    burstS: 60,
    seen: "RATE_LIMITED",
    rule: "LIMIT19",
  },
  connectionsOfUser: {
    what: "connections of all tokens of a user, at one location of the platform",
    value: 960,
    unit: "a minute",
    burstS: 60,
    seen: "RATE_LIMITED",
    rule: "LIMIT35",
  },
  newConversations: {
    what: "conversations that a user begins with one agent",
    value: 60,
    unit: "a minute",
    burstS: 60,
    setting: "LIMIT_NEW_CONVERSATIONS",
    seen: "RATE_LIMITED",
    rule: "LIMIT20",
  },
  conversations: {
    what: "conversations of a user with one agent",
    value: 10_000,
    unit: "",
    setting: "LIMIT_CONVERSATIONS",
    seen: "DIRECTORY_FULL",
    rule: "LIMIT21",
  },
  ephemeralTokens: {
    what: "ephemeral tokens of a user, or of a token that names none",
    value: 600,
    unit: "a minute",
    burstS: 60,
    setting: "LIMIT_EPHEMERAL_TOKENS",
    seen: "RATE_LIMITED",
    rule: "LIMIT23",
  },
  userEphemeralTokens: {
    what: "ephemeral tokens of a user that have not expired",
    value: 2_000,
    unit: "",
    seen: "RATE_LIMITED",
    rule: "LIMIT23",
  },
  listeners: {
    what: "connections of a conversation for another listener to join",
    value: 90,
    unit: "",
    seen: "CONVERSATION_FULL",
    rule: "LIMIT8",
  },
  speakers: {
    what: "connections of a conversation for another speaker to join",
    value: 100,
    unit: "",
    seen: "CONVERSATION_FULL",
    rule: "LIMIT8",
  },
  operators: {
    what: "connections of a conversation for another operator to join",
    value: 110,
    unit: "",
    seen: "CONVERSATION_FULL",
    rule: "LIMIT8",
  },
  unjoined: {
    what: "connections of a person to a conversation without a first message",
    value: 20,
    unit: "",
    seen: "TOO_MANY_PENDING",
    rule: "LIMIT7",
  },
  runs: {
    what: "runs that wait for their turn in a conversation",
    value: 20,
    unit: "",
    seen: "RUN_QUEUE_FULL",
    rule: "LIMIT12",
  },
  conversationMinutes: {
    what: "a conversation while clients are connected, without a pause",
    value: 1_440,
    unit: "minutes",
    setting: "LIMIT_CONVERSATION_MINUTES",
    seen: 1000,
    rule: "LIMIT25",
  },
  idleMinutes: {
    what: "a conversation without an event while clients are connected",
    value: Infinity,
    unit: "minutes",
    setting: "END_AFTER_MINUTES",
    seen: 1000,
    rule: "LIFE1",
  },
  handles: {
    what: "sessions that a person begins or resumes as Live API clients in a conversation",
    value: 60,
    unit: "a minute",
    burstS: 60,
    setting: "LIMIT_HANDLES",
    seen: "RATE_LIMITED",
    rule: "LIMIT24",
  },
  toolCalls: {
    what: "tool calls without a word between them",
    value: 100,
    unit: "",
    seen: "TOO_MANY_TOOL_CALLS",
    rule: "CALL16",
  },
  stateCharacters: {
    what: "state of a scope",
    value: 512 * 1024,
    unit: "characters",
    seen: "STATE_FULL",
    rule: "STATE6",
  },
  storedBytes: {
    what: "storage of a conversation, for a client to change its state",
    value: 2 * 1024 * 1024 * 1024,
    unit: "bytes",
    setting: "LIMIT_STORED_BYTES",
    seen: "STATE_FULL",
    rule: "LIMIT39",
  },
  artifactBytes: {
    what: "an artifact",
    value: 24 * 1024 * 1024,
    unit: "bytes",
    seen: "ARTIFACT_REFUSED",
    rule: "RUN29",
  },
  artifactMetadata: {
    what: "metadata of an artifact's version",
    value: 16 * 1024,
    unit: "bytes",
    seen: "ARTIFACT_REFUSED",
    rule: "RUN29",
  },
  artifactVersions: {
    what: "versions of an artifact",
    value: 1_000,
    unit: "",
    seen: "ARTIFACT_REFUSED",
    rule: "RUN29",
  },
  artifacts: {
    what: "versions of all artifacts of a conversation, or of a user",
    value: 5_000,
    unit: "",
    seen: "ARTIFACT_REFUSED",
    rule: "RUN29",
  },
  artifactsBytes: {
    what: "all artifacts of a conversation, or of a user",
    value: 256 * 1024 * 1024,
    unit: "bytes",
    seen: "ARTIFACT_REFUSED",
    rule: "RUN29",
  },
  calls: {
    what: "telephone calls that the server places",
    value: 10,
    unit: "a minute",
    setting: "CALLS_PER_MINUTE",
    seen: "TOO_MANY_CALLS",
    rule: "PHONE20",
  },
} as const satisfies Record<string, Limit>;

/** How many typed messages so many characters cost, where they are not one message. */
export const turnsOfCharacters = (characters: number): number =>
  characters / limits.textCharacters.value;

/** How many changes of the state so many characters cost. */
export const changesOfCharacters = (characters: number): number => Math.max(1, characters / 8_192);

type LimitName = keyof typeof limits;

type SettableName = {
  [Name in LimitName]: (typeof limits)[Name] extends { readonly setting: string } ? Name : never;
}[LimitName];

/** Limits that settings may replace, in the units of the table. */
export type LimitValues = Readonly<Record<SettableName, number>>;

type LimitSetting = (typeof limits)[SettableName]["setting"];

/** @param settings the ones that are set. */
export function limitValues(
  settings: Readonly<Partial<Record<LimitSetting, number | undefined>>>,
): LimitValues {
  const value = (name: SettableName): number =>
    settings[limits[name].setting] ?? limits[name].value;
  return {
    audio: value("audio"),
    typedTurns: value("typedTurns"),
    pictures: value("pictures"),
    dials: value("dials"),
    connects: value("connects"),
    conversationMinutes: value("conversationMinutes"),
    idleMinutes: value("idleMinutes"),
    handles: value("handles"),
    storedBytes: value("storedBytes"),
    newConversations: value("newConversations"),
    conversations: value("conversations"),
    ephemeralTokens: value("ephemeralTokens"),
    calls: value("calls"),
  };
}
