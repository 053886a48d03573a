/**
 * The limits in words: the quantity, its owner, and the error of a client above it. docs/operations.md shows them to
 * operators, and a test compares the two. The Worker does not load this file.
 */
import type { ErrorCode } from "../errors.ts";
import type { LimitName } from "./limits.ts";

interface LimitDescription {
  /** The limited quantity, and its owner. */
  readonly what: string;
  /** The error of a client above it, or the close code of its connection. */
  readonly seen: ErrorCode | 1000;
  /** The rule of docs/behaviour.md that says more, and whose test shows it. */
  readonly rule: string;
}

const row = (what: string, seen: LimitDescription["seen"], rule: string): LimitDescription => ({
  what,
  seen,
  rule,
});

/** In the order of `limits`. */
export const limitDescriptions: Readonly<Record<LimitName, LimitDescription>> = {
  frameBytes: row("a frame, or a message by HTTP", "FRAME_TOO_BIG", "LIMIT2"),
  frames: row("frames of a connection", "TOO_MANY_FRAMES", "LIMIT1"),
  malformedFrames: row(
    "malformed frames of a person in a conversation: as many as one connection may send",
    "TOO_MANY_FRAMES",
    "LIMIT41",
  ),
  audio: row("microphone audio of a person in a conversation", "RATE_LIMITED", "LIMIT9"),
  answers: row("answers to one client", "TOO_MANY_FRAMES", "LIMIT17"),
  history: row(
    "history that a person reads of a conversation, or of a user's list, over all its connections",
    "RATE_LIMITED",
    "LIMIT27",
  ),
  unreadBytes: row("frames that a client leaves unread", "SLOW_CONSUMER", "FLOW11"),
  bodyBytes: row("a body by HTTP on ADK's routes", "BODY_TOO_BIG", "HTTP1"),
  controlBodyBytes: row("a body of `/api` or of a telephone provider", "BODY_TOO_BIG", "HTTP1"),
  typedTurns: row(
    "typed messages of a person in a conversation, results of long-running calls, or contents of as many characters",
    "RATE_LIMITED",
    "LIMIT10",
  ),
  stateChanges: row(
    "changes of the state by a person in a conversation, of its role and its token, interruptions, marks of speech, and progress of functions; 8 KiB count as one",
    "RATE_LIMITED",
    "LIMIT38",
  ),
  pictures: row("pictures of a person in a conversation", "RATE_LIMITED", "LIMIT22"),
  dials: row("sessions that a conversation opens at the Live API", "RATE_LIMITED", "LIMIT11"),
  connects: row(
    "connections that a process of the server opens to conversations",
    "RATE_LIMITED",
    "LIMIT33",
  ),
  connectsOfClient: row(
    "of them, those of one token or address: a tenth of all",
    "RATE_LIMITED",
    "LIMIT33",
  ),
  lateTimers: row(
    "lateness of timers, for 1.5 s, at which newcomers are refused",
    "OVERLOADED",
    "LIMIT32",
  ),
  textCharacters: row("a typed message", "BAD_FRAME", "DEMO2"),
  jsonLevels: row("JSON of a client", "BAD_FRAME", "WIRE7"),
  jsonValues: row("JSON of a client, outside of its texts", "BAD_FRAME", "WIRE12"),
  messageParts: row(
    "parts of a message or turn, and its function responses, media chunks, pictures and files",
    "BAD_FRAME",
    "LIMIT43",
  ),
  messageTurns: row("turns of a Live API client's message", "BAD_FRAME", "LIMIT43"),
  pendingTexts: row(
    "typed messages of a conversation that wait for an author's hook",
    "TOO_MANY_PENDING",
    "LIMIT12",
  ),
  connectionsOfAddress: row(
    "connections that an address opens, at one location of the platform",
    "RATE_LIMITED",
    "LIMIT19",
  ),
  connectionsOfPerson: row(
    "connections of a token, or of all tokens of a subject, at one location of the platform",
    "RATE_LIMITED",
    "LIMIT19",
  ),
  connectionsOfUser: row(
    "connections of all tokens of a user, at one location of the platform",
    "RATE_LIMITED",
    "LIMIT35",
  ),
  newConversations: row(
    "conversations that a user begins with one agent",
    "RATE_LIMITED",
    "LIMIT20",
  ),
  conversations: row("conversations of a user with one agent", "DIRECTORY_FULL", "LIMIT21"),
  ephemeralTokens: row(
    "ephemeral tokens of a user, or of a token that names none",
    "RATE_LIMITED",
    "LIMIT23",
  ),
  userEphemeralTokens: row(
    "ephemeral tokens of a user that have not expired",
    "RATE_LIMITED",
    "LIMIT23",
  ),
  listeners: row(
    "connections of a conversation for another listener to join",
    "CONVERSATION_FULL",
    "LIMIT8",
  ),
  speakers: row(
    "connections of a conversation for another speaker to join",
    "CONVERSATION_FULL",
    "LIMIT8",
  ),
  operators: row(
    "connections of a conversation for another operator to join",
    "CONVERSATION_FULL",
    "LIMIT8",
  ),
  unjoined: row(
    "connections of a person to a conversation without a first message",
    "TOO_MANY_PENDING",
    "LIMIT7",
  ),
  runs: row("runs that wait for their turn in a conversation", "RUN_QUEUE_FULL", "LIMIT12"),
  conversationMinutes: row(
    "a conversation while clients are connected, without a pause",
    1000,
    "LIMIT25",
  ),
  idleMinutes: row("a conversation without an event while clients are connected", 1000, "LIFE1"),
  handles: row(
    "sessions that a person begins or resumes as Live API clients in a conversation",
    "RATE_LIMITED",
    "LIMIT24",
  ),
  toolCalls: row("tool calls without a word between them", "TOO_MANY_TOOL_CALLS", "CALL16"),
  stateCharacters: row("state of a scope", "STATE_FULL", "STATE6"),
  stateKeys: row("state of a scope, in keys", "STATE_FULL", "STATE6"),
  storedBytes: row(
    "storage of a conversation, for a client to change its state",
    "STATE_FULL",
    "LIMIT39",
  ),
  artifactBytes: row("an artifact", "ARTIFACT_REFUSED", "RUN29"),
  artifactMetadata: row("metadata of an artifact's version", "ARTIFACT_REFUSED", "RUN29"),
  artifactVersions: row("versions of an artifact", "ARTIFACT_REFUSED", "RUN29"),
  artifacts: row(
    "versions of all artifacts of a conversation, or of a user",
    "ARTIFACT_REFUSED",
    "RUN29",
  ),
  artifactsBytes: row("all artifacts of a conversation, or of a user", "ARTIFACT_REFUSED", "RUN29"),
  artifactChanges: row(
    "artifacts that a person saves or deletes by HTTP, of a conversation or a user; at least 64 KiB each",
    "RATE_LIMITED",
    "RUN29",
  ),
  calls: row("telephone calls that the server places", "TOO_MANY_CALLS", "PHONE20"),
};
