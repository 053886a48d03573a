/**
 * What of a connection survives hibernation, as a union by protocol.
 *
 * The runtime keeps it with the socket (`serializeAttachment`), at most 16 KiB. A deploy closes all sockets, so its shape
 * may change from version to version.
 */
import type { Participant, ResumePoint, Role } from "../wire/parley-v1.ts";

interface CommonAttachment {
  /** The participant's id, as others see it. */
  readonly id: string;
  readonly role: Role;
  /** The highest role the client may take: its token's, or, without tokens, the one it asked for. */
  readonly granted: Role;
  readonly muted?: Participant["muted"] | undefined;
  /** The root agent that the client named. */
  readonly app: string;
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
  /** Whether the client takes part: parley.v1 after `hello`, the Live API after `setup`, a call after `start`. */
  readonly joined: boolean;
  /** The conversation has handled the client's leaving, whatever the socket's state says. */
  readonly left?: true;
}

export type Attachment =
  | (CommonAttachment & {
      readonly protocol: "parley-v1";
      /** The resume point at which the socket was opened; undefined after `hello`. */
      readonly openedAt?: ResumePoint | undefined;
    })
  | (CommonAttachment & { readonly protocol: "adk-demo" | "adk-run" })
  | (CommonAttachment & {
      readonly protocol: "adk-live";
      readonly textOnly?: true;
      /** The client asked for voice activity events (ADK: `explicit_vad_signal`). */
      readonly voiceActivity?: true;
      /** The client asked for recordings (ADK: `save_live_blob`). */
      readonly recordsAudio?: true;
      /** Partial content whose rest is still to come (ADK: `partial`). */
      readonly draft?: string | undefined;
    })
  | (CommonAttachment & {
      readonly protocol: "sse";
      readonly textOnly?: true;
      /** The cursor the client resumes from. */
      readonly cursor?: string | undefined;
    })
  | (CommonAttachment & {
      readonly protocol: "live-api";
      readonly client: LiveClient;
      /** The client's conversation is another object, which gets its frames. */
      readonly proxied?: true;
    })
  | (CommonAttachment & {
      readonly protocol: "twilio";
      /** Twilio's name of the media stream; undefined before `start`. */
      readonly streamSid?: string;
    });

export type ProtocolName = Attachment["protocol"];

type WithoutServerFields<T> = T extends unknown ? Omit<T, "id" | "joined"> : never;

/** What the Worker tells the object of a client that it has let in. */
export type AdmittedClient = WithoutServerFields<Attachment>;

/** What is known of a Live API client. */
export interface LiveClient {
  /** Address or token name the agent: the client's setup is merged into it. */
  readonly agentNamed: boolean;
  /** The claims of its token that bind it. */
  readonly bound: Partial<Record<"app" | "user" | "session", string>>;
  /** Neither address nor token name a conversation: a resumption handle may lead to another one. */
  readonly mayResumeElsewhere: boolean;
  /** The ephemeral token it came with, and when that expires, in ms since the epoch. */
  readonly ephemeralToken?: { readonly id: string; readonly until: number } | undefined;
  /** The client asked for resumption handles. */
  readonly resumable?: boolean;
  readonly output: LiveOutputOptions;
  /** Names of the functions that the client declared and answers. */
  readonly functions: readonly string[];
  /** The client's first contents are history: to be forwarded to the model, or skipped as known. */
  readonly seeding?: "forward" | "skip" | undefined;
  /** `setupComplete` was sent: nothing is sent before it. */
  readonly setupCompleteSent?: boolean;
}

/** How a Live API client wants messages. */
export interface LiveOutputOptions {
  readonly inputTranscription: boolean;
  readonly outputTranscription: boolean;
  /** The client came by Vertex's address and reads Vertex's names. */
  readonly vertex: boolean;
  /** The client wants to see how the upstream connection does. */
  readonly lifecycle: boolean;
}

export const noPreferences = { proactivity: false, affectiveDialog: false };
