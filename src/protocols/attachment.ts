/**
 * The attachment: the part of a connection's state that survives hibernation, a union by protocol.
 *
 * The runtime stores it with the socket (`serializeAttachment`), at most 16 KiB. A deploy closes all sockets, so its shape
 * may change from version to version.
 */
import type { ClientSettings } from "../agent/client-settings.ts";
import type { Grant } from "../access/claims.ts";
import type { ContextField } from "../core/upstream/encoding.ts";
import type { AudioDirection, Participant, ResumePoint, Role } from "../wire/parley-v1.ts";

/** The token of a client, as far as the conversation needs it. */
export interface ConnectionToken {
  /** In ms since the epoch. */
  readonly expiresAt: number;
  /** Its own name (`jti`). */
  readonly id?: string | undefined;
  /** The name of the token that made it. */
  readonly parent?: string | undefined;
  /** When that one expires, in ms since the epoch. */
  readonly parentExpiresAt?: number | undefined;
  /** The user in whose directory the spending of that one is counted. */
  readonly account?: string | undefined;
  /** The user that it is bound to. */
  readonly user?: string | undefined;
  /** It is bound to one session. */
  readonly oneSession?: true | undefined;
  /** The person whose token it is (`sub`). */
  readonly subject?: string | undefined;
  /** In ms since the epoch. */
  readonly issuedAt?: number | undefined;
  /** The budget of its bearer. */
  readonly budget?: Grant["budget"];
  /** The client was told that it expires soon. */
  readonly warned?: true;
}

interface CommonAttachment {
  /** The participant's id, as others see it. */
  readonly id: string;
  /** Greater than those of the connections that were open at the time. */
  readonly arrival: number;
  /** The same for all connections of one person (access/person.ts); undefined where no token is required. */
  readonly person?: string | undefined;
  /** The persons of its earlier tokens, where they are others. */
  readonly formerPersons?: readonly string[] | undefined;
  /** The client's address on the internet, where the platform reports it; the network of an IPv6 address. */
  readonly address?: string | undefined;
  readonly role: Role;
  /** The highest role the client may take: its token's, or, without tokens, the one it asked for. */
  readonly granted: Role;
  readonly muted?: Participant["muted"] | undefined;
  /** Undefined where no token is required, and for telephone calls. */
  readonly token?: ConnectionToken | undefined;
  /** The root agent in the client's address, or the default one. */
  readonly app: string;
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
  /** It marks its own turns, and asks for a session without the service's detection. */
  readonly marksTurns?: true | undefined;
  /** The client's choices for its session; absent: none. */
  readonly settings?: ClientSettings | undefined;
  /** Whether the client has joined: parley.v1 after `hello`, the Live API after `setup`, a call after `start`. */
  readonly joined: boolean;
  /** The conversation has handled the leave; the socket may still be closing. */
  readonly left?: true;
}

export type Attachment =
  | (CommonAttachment & {
      readonly protocol: "parley-v1";
      /** The resume point at which the socket was opened; undefined after `hello`. */
      readonly openedAt?: ResumePoint | undefined;
      /** The ways on which the client has Opus. */
      readonly opus?: readonly AudioDirection[] | undefined;
    })
  | (CommonAttachment & { readonly protocol: "adk-demo" | "adk-run" })
  | (CommonAttachment & {
      readonly protocol: "adk-live";
      readonly textOnly?: true;
      /** The client asked for voice activity events (ADK: `explicit_vad_signal`). */
      readonly voiceActivity?: true;
      /** The client asked for recordings (ADK: `save_live_blob`). */
      readonly recordsAudio?: true;
      /** Content that the client sent as `partial` (ADK) and has not completed yet. */
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
      /** The client resumed a conversation of another object: this one forwards its frames there. */
      readonly proxied?: true;
    })
  | (CommonAttachment & {
      readonly protocol: PhoneProtocolName;
      /** The provider's name of the media stream; undefined before `start`. */
      readonly streamSid?: string;
    });

/** The protocols of telephone providers' media streams. */
export const phoneProtocols = ["twilio", "telnyx", "plivo"] as const;

export type PhoneProtocolName = (typeof phoneProtocols)[number];

export const isPhone = (protocol: ProtocolName): boolean =>
  (phoneProtocols as readonly ProtocolName[]).includes(protocol);

export type ProtocolName = Attachment["protocol"];

type WithoutServerFields<T> = T extends unknown ? Omit<T, "id" | "arrival" | "joined"> : never;

/** An admitted client, as the Worker describes it to the Durable Object. */
export type AdmittedClient = WithoutServerFields<Attachment>;

/** The Live API part of an attachment. */
export interface LiveClient {
  /** The address or the token names the agent: the relay merges the client's setup into the agent's. */
  readonly agentNamed: boolean;
  /** The parts of the identity that the client's token is bound to. */
  readonly bound: Partial<Record<"app" | "user" | "session", string>>;
  /** Neither address nor token names a conversation: a resumption handle may lead to another one. */
  readonly mayResumeElsewhere: boolean;
  readonly ephemeralToken?: { readonly id: string } | undefined;
  /** Whether the client may bring instruction, tools, model and settings of its own. */
  readonly ownSetup: boolean;
  /** The models that its setup may name; undefined: all that the server offers. */
  readonly models?: readonly string[] | undefined;
  /** The agents that its token is for; undefined: all. */
  readonly agents?: readonly string[] | undefined;
  /** Fields of the setup that its ephemeral token locks: no update may change them. */
  readonly locked?: readonly ContextField[] | undefined;
  /** The client asked for resumption handles. */
  readonly resumable?: boolean;
  readonly output: LiveOutputOptions;
  /** The conversation began with this client's setup, or one like it: it may change the context. */
  readonly began?: boolean;
  /** Names of the functions that the client declares and answers. */
  readonly functions: readonly string[];
  /** The client's first contents are history: the relay forwards them to the model, or skips them as known to it. */
  readonly seeding?: "forward" | "skip" | undefined;
  /** The relay sends nothing before `setupComplete`. */
  readonly setupCompleteSent?: boolean;
}

/** Options of a Live API client for the messages that it gets. */
export interface LiveOutputOptions {
  readonly inputTranscription: boolean;
  readonly outputTranscription: boolean;
  /** The client connects by Vertex's address and reads Vertex's field names. */
  readonly vertex: boolean;
  /** The client asked for the state of the upstream connection (`lifecycle=1`). */
  readonly lifecycle: boolean;
}

export const noPreferences = { proactivity: false, affectiveDialog: false };
