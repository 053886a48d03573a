/** All connections of a conversation, indexed by protocol; rebuilt from the sockets' attachments after hibernation. */
import type { ClientError } from "../core/errors.ts";
import type { Lateness } from "../core/lateness.ts";
import { limits } from "../core/policy/limits.ts";
import {
  isPhone,
  type AdmittedClient,
  type Attachment,
  type ProtocolName,
} from "../protocols/attachment.ts";
import { conversationFull } from "../protocols/conversation-socket.ts";
import { mayTakeRole, ping, pong, type Role } from "../wire/parley-v1.ts";
import { Connection } from "./connection.ts";
import { tooManyUnjoined } from "./errors.ts";

/**
 * How many connections a conversation may have for another one of a role to join. Each costs memory, and a write for every
 * frame. Listeners leave room for those that speak, and all leave room for an operator, who may have to end it.
 */
const maxConnections: Readonly<Record<Role, number>> = {
  observer: limits.listeners.value,
  listener: limits.listeners.value,
  speaker: limits.speakers.value,
  operator: limits.operators.value,
};

/** Connections of one token, or of one address without a token, that have not said `hello` or `setup`. */
const maxUnjoined = limits.unjoined.value;

/** For so long a person who left is remembered, and at most so many are. */
const returnMs = 2 * 60_000;
const maxRemembered = 500;

export class Connections {
  readonly #object: DurableObjectState;
  readonly #lateness: Lateness;
  readonly #all = new Map<WebSocket, Connection>();
  #joined: Map<ProtocolName, readonly Connection[]> | undefined;
  /** As of `#joined`, as is the next. */
  #takeAudioAlone = false;
  #recordsAudio = false;
  readonly #startedAt: number;
  /** When persons left, in ms since the epoch, the latest last. */
  readonly #left = new Map<string, number>();

  constructor(object: DurableObjectState, lateness: Lateness) {
    this.#object = object;
    this.#lateness = lateness;
    this.#startedAt = lateness.clock.now();
    // The runtime answers while the object hibernates: a ping does not wake it.
    object.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    // The runtime lists sockets newest first.
    const attachments = object
      .getWebSockets()
      .map((socket) => [socket, socket.deserializeAttachment() as Attachment] as const);
    for (const [socket, attachment] of attachments.toSorted(
      ([, a], [, b]) => a.arrival - b.arrival,
    ))
      this.#add(socket, attachment);
  }

  /**
   * Accepts a socket. It hibernates: it stays open while the object sleeps.
   * @throws Error if the attachment is larger than 16 KiB; then nothing has changed.
   */
  accept(socket: WebSocket, attachment: Attachment): Connection {
    // Stored first: an accepted socket without an attachment would fail every loop over the connections.
    socket.serializeAttachment(attachment);
    this.#object.acceptWebSocket(socket);
    return this.#add(socket, attachment);
  }

  /** The connection of a socket that this object has accepted. */
  of(socket: WebSocket): Connection {
    return this.#all.get(socket) ?? this.#add(socket, socket.deserializeAttachment() as Attachment);
  }

  /** Connections that have not left, oldest first. */
  get open(): Connection[] {
    return [...this.#all.values()].filter((connection) => connection.isOpen);
  }

  /** The arrival number of the next connection. */
  get nextArrival(): number {
    return Math.max(0, ...this.#all.values().map(({ attachment }) => attachment.arrival)) + 1;
  }

  /** Connections that take part in the conversation. */
  get joined(): Connection[] {
    return this.open.filter((connection) => connection.isJoined);
  }

  /**
   * The same of one protocol, for audio, which comes often. The socket of one may have closed just now: then what is sent
   * to it is lost.
   */
  listenersBy(protocol: ProtocolName): readonly Connection[] {
    this.#joined ??= this.#index();
    return this.#joined.get(protocol) ?? none;
  }

  /** The same of one protocol. */
  joinedBy(protocol: ProtocolName): readonly Connection[] {
    const connections = this.listenersBy(protocol);
    return connections.every((connection) => connection.isOpen)
      ? connections
      : connections.filter((connection) => connection.isOpen);
  }

  /** Whether connections take part, and all by one protocol. */
  allSpeak(protocol: ProtocolName): boolean {
    this.#joined ??= this.#index();
    return this.#joined.size === 1 && this.#joined.has(protocol);
  }

  /** Whether the protocols of all that take part need no event for audio, and no client asked for recordings. */
  get takeAudioAlone(): boolean {
    this.#joined ??= this.#index();
    return this.#takeAudioAlone;
  }

  hasOthers(connection: Connection): boolean {
    return this.open.some((each) => each !== connection);
  }

  find(id: string): Connection | undefined {
    return this.open.find((connection) => connection.id === id);
  }

  /** Whether a client asked for recordings. */
  get recordsAudio(): boolean {
    this.#joined ??= this.#index();
    return this.#recordsAudio;
  }

  /** When a client sent its last ping, in ms since the epoch; undefined if it never did. */
  lastPingAt({ socket }: Connection): number | undefined {
    return this.#object.getWebSocketAutoResponseTimestamp(socket)?.getTime();
  }

  /** Removes a connection that has left. */
  remove({ socket, attachment }: Connection): void {
    this.#all.delete(socket);
    this.#joined = undefined;
    const key = personKey(attachment);
    this.#left.delete(key);
    this.#left.set(key, this.#lateness.clock.now());
    const [oldest] = this.#left.keys();
    if (this.#left.size > maxRemembered && oldest !== undefined) this.#left.delete(oldest);
  }

  /**
   * Whether the person is in the conversation, or left it a moment ago. The provider of a telephone call connects the one
   * call of its conversation, which the webhook has admitted.
   * @param lastEventAt in ms since the epoch. An object that has just started does not know who was here.
   */
  isReturning(client: AdmittedClient, lastEventAt: number): boolean {
    if (isPhone(client.protocol)) return true;
    const since = this.#lateness.clock.now() - returnMs;
    if (this.#startedAt > since && lastEventAt > since && lastEventAt < this.#startedAt)
      return true;
    const key = personKey(client);
    return (
      (this.#left.get(key) ?? -Infinity) > since ||
      this.open.some(({ attachment }) => personKey(attachment) === key)
    );
  }

  #add(socket: WebSocket, attachment: Attachment): Connection {
    const changed = (): void => (this.#joined = undefined);
    const connection = new Connection(socket, attachment, this.#lateness, changed);
    this.#all.set(socket, connection);
    this.#joined = undefined;
    return connection;
  }

  #index(): Map<ProtocolName, readonly Connection[]> {
    const index = new Map<ProtocolName, Connection[]>();
    for (const connection of this.joined) {
      const { protocol } = connection.attachment;
      const list = index.get(protocol);
      if (list) list.push(connection);
      else index.set(protocol, [connection]);
    }
    this.#recordsAudio = (index.get("adk-live") ?? []).some(recordsAudio);
    this.#takeAudioAlone =
      !this.#recordsAudio && index.keys().every((protocol) => audioProtocols.has(protocol));
    return index;
  }
}

const none: readonly Connection[] = [];

/** Clients without a token and without an address are one person. */
const personKey = ({ person, address }: AdmittedClient): string => person ?? address ?? "";

/** Why a conversation has no room for a client; undefined if it has. */
export function capacityError(
  { open }: Connections,
  { role, person, address }: AdmittedClient,
): ClientError | undefined {
  const unjoined = open.filter(
    ({ isJoined, attachment }) =>
      !isJoined &&
      (person === undefined
        ? address !== undefined && attachment.address === address
        : attachment.person === person),
  );
  if (unjoined.length >= maxUnjoined) return tooManyUnjoined(maxUnjoined);
  return open.length < maxConnections[role] ? undefined : conversationFull();
}

/** Protocols whose clients take a message with nothing but audio, without an event. */
const audioProtocols: ReadonlySet<ProtocolName> = new Set([
  "parley-v1",
  "adk-demo",
  "adk-live",
  "live-api",
] as const);

/** Recordings are artifacts, which speakers alone may save, and have the audio of others. */
const recordsAudio = ({ attachment, role }: Connection): boolean =>
  attachment.protocol === "adk-live" &&
  attachment.recordsAudio === true &&
  mayTakeRole(role, "speaker");
