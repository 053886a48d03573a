/**
 * Limits of what clients send, hold and cost. `limit-descriptions.ts` has the quantity of each in words, and the error of
 * a client above it.
 */

interface Limit {
  /** Infinity: none, unless the setting is set. */
  readonly value: number;
  /** Of the value. */
  readonly unit: string;
  /** For how long what is not used adds up, in s: so much may come at once after a pause. Absent if nothing refills. */
  readonly burstS?: number;
  /** The setting that replaces the value. */
  readonly setting?: string;
}

export const limits = {
  frameBytes: { value: 1024 * 1024, unit: "bytes" },
  frames: { value: 100, unit: "a second", burstS: 2 },
  malformedFrames: { value: 100, unit: "a second", burstS: 2 },
  audio: { value: 1.25, unit: "s a second", burstS: 12, setting: "LIMIT_AUDIO" },
  answers: { value: 256 * 1024, unit: "bytes a second", burstS: 32 },
  history: { value: 256 * 1024, unit: "bytes a second", burstS: 128 },
  unreadBytes: { value: 4 * 1024 * 1024, unit: "bytes" },
  bodyBytes: { value: 8 * 1024 * 1024, unit: "bytes" },
  controlBodyBytes: { value: 64 * 1024, unit: "bytes" },
  typedTurns: { value: 60, unit: "a minute", burstS: 60, setting: "LIMIT_TYPED_TURNS" },
  stateChanges: { value: 10, unit: "a second", burstS: 12 },
  pictures: { value: 5, unit: "a second", burstS: 4, setting: "LIMIT_PICTURES" },
  dials: { value: 30, unit: "a minute", burstS: 60, setting: "LIMIT_DIALS" },
  connects: { value: 100, unit: "a second", burstS: 3, setting: "LIMIT_CONNECTS" },
  connectsOfClient: { value: 10, unit: "a second", burstS: 3 },
  lateTimers: { value: 200, unit: "ms" },
  textCharacters: { value: 32_000, unit: "characters" },
  jsonLevels: { value: 100, unit: "levels" },
  jsonValues: { value: 400_000, unit: "commas and opening brackets" },
  messageParts: { value: 100, unit: "" },
  messageTurns: { value: 10_000, unit: "" },
  pendingTexts: { value: 50, unit: "" },
  connectionsOfAddress: { value: 600, unit: "a minute", burstS: 60 },
  connectionsOfPerson: { value: 240, unit: "a minute", burstS: 60 },
  connectionsOfUser: { value: 960, unit: "a minute", burstS: 60 },
  newConversations: { value: 60, unit: "a minute", burstS: 60, setting: "LIMIT_NEW_CONVERSATIONS" },
  conversations: { value: 10_000, unit: "", setting: "LIMIT_CONVERSATIONS" },
  ephemeralTokens: { value: 600, unit: "a minute", burstS: 60, setting: "LIMIT_EPHEMERAL_TOKENS" },
  userEphemeralTokens: { value: 2_000, unit: "" },
  listeners: { value: 90, unit: "" },
  speakers: { value: 100, unit: "" },
  operators: { value: 110, unit: "" },
  unjoined: { value: 20, unit: "" },
  runs: { value: 20, unit: "" },
  conversationMinutes: { value: 1_440, unit: "minutes", setting: "LIMIT_CONVERSATION_MINUTES" },
  idleMinutes: { value: Infinity, unit: "minutes", setting: "END_AFTER_MINUTES" },
  handles: { value: 60, unit: "a minute", burstS: 60, setting: "LIMIT_HANDLES" },
  toolCalls: { value: 100, unit: "" },
  stateCharacters: { value: 512 * 1024, unit: "characters" },
  stateKeys: { value: 5_000, unit: "keys" },
  storedBytes: { value: 2 * 1024 * 1024 * 1024, unit: "bytes", setting: "LIMIT_STORED_BYTES" },
  artifactBytes: { value: 24 * 1024 * 1024, unit: "bytes" },
  artifactMetadata: { value: 16 * 1024, unit: "bytes" },
  artifactVersions: { value: 1_000, unit: "" },
  artifacts: { value: 5_000, unit: "" },
  artifactsBytes: { value: 256 * 1024 * 1024, unit: "bytes" },
  artifactChanges: { value: 256 * 1024, unit: "bytes a second", burstS: 128 },
  calls: { value: 10, unit: "a minute", setting: "CALLS_PER_MINUTE" },
} as const satisfies Record<string, Limit>;

/** How many typed messages so many characters cost, where they are not one message. */
export const turnsOfCharacters = (characters: number): number =>
  characters / limits.textCharacters.value;

/** How many typed messages so many turns of contents cost: each is an event of its own. */
export const turnsOfContents = (turns: number): number => turns / 100;

/** How many changes of the state so many characters cost. */
export const changesOfCharacters = (characters: number): number => Math.max(1, characters / 8_192);

/** How much a saved or deleted artifact of so many bytes costs: each change counts all that is stored. */
export const weightOfArtifactChange = (bytes: number): number => Math.max(64 * 1024, bytes);

export type LimitName = keyof typeof limits;

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
