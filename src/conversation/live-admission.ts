/**
 * Looks up the resumption handle or ephemeral token of a Live API client before the client joins.
 *
 *     setup ─► lookup, frames queue ─┬─ this conversation ─► joins; the relay processes the frames
 *                                    └─ another object's ─► proxied: that object receives all frames
 */
import type { Identity } from "../access/identity.ts";
import { checkFrameSize, frameBytes, maxFrameBytes } from "../access/rate-limit.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import { openConversationSocket } from "../protocols/conversation-socket.ts";
import type { AdmittedClient } from "../protocols/attachment.ts";
import { tooMuchBeforeSetup, unavailable } from "../protocols/live-api/errors.ts";
import { findResumeTarget } from "../protocols/live-api/resume-target.ts";
import { sendNow } from "../protocols/send-queue.ts";
import { clipCloseReason, sendableCloseCode } from "../wire/close-code.ts";
import type { Connection, FrameInterceptor } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { LiveClients } from "./live-clients.ts";
import { logFailure } from "../operator-log.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Limit for the frames of one client during its lookup. */
const maxWaitingFrames = 500;
const maxWaitingBytes = 4 * maxFrameBytes;

/** The lookup of one client; queues the client's frames meanwhile. */
export class Lookup implements FrameInterceptor {
  readonly #context: ConversationContext;
  readonly #connection: Connection;
  readonly #liveClients: LiveClients;
  readonly #frames: (string | ArrayBuffer)[] = [];
  #bytes = 0;

  constructor(context: ConversationContext, connection: Connection, liveClients: LiveClients) {
    this.#context = context;
    this.#connection = connection;
    this.#liveClients = liveClients;
  }

  receive(frame: string | ArrayBuffer): void {
    const error = this.#limitError(frame);
    if (error) {
      this.#frames.length = 0;
      this.#context.refuse(this.#connection, error);
    } else {
      this.#frames.push(frame);
      this.#bytes += frameBytes(frame);
    }
  }

  /** Looks up handle and token, then joins the client or proxies it. Never rejects. */
  async run(setup: Fields): Promise<void> {
    const connection = this.#connection;
    try {
      await this.#resolve(setup);
    } catch (error) {
      logFailure("a resumption handle or ephemeral token could not be looked up", error);
      if (connection.isOpen) this.#context.refuse(connection, unavailable());
    }
    if (connection.interceptor === this) connection.interceptor = undefined;
    for (const frame of this.#frames) this.#liveClients.receive(connection, frame);
  }

  async #resolve(fields: Fields): Promise<void> {
    const { env, sessionStore, platform } = this.#context;
    const connection = this.#connection;
    const { liveClient } = connection;
    if (!liveClient) return;
    const { identity, exists } = sessionStore;
    const object = { env, auth: platform.config().auth, identity, exists };
    const target = await findResumeTarget(fields, liveClient, object);
    if (!connection.isOpen) return;
    if (isClientError(target)) return this.#context.refuse(connection, target);
    if (target.locked.length > 0) connection.updateLiveClient({ locked: target.locked });
    if (!target.elsewhere) return this.#admit(target.setup);
    const socket = await this.#openElsewhere(target.elsewhere);
    if (!socket) return this.#context.refuse(connection, unavailable());
    if (!connection.isOpen) return abandon(socket);
    const proxy = new ObjectProxy(connection, socket);
    connection.update({ proxied: true });
    connection.interceptor = proxy;
    socket.send(JSON.stringify({ setup: target.setup }));
  }

  /** A blocked setup ends the connection: its client takes any message for the answer to it. */
  async #admit(setup: Fields): Promise<void> {
    const connection = this.#connection;
    const error = await this.#liveClients.checkSetup(connection, setup);
    if (!connection.isOpen) return;
    if (error) this.#context.expel(connection, error);
    else this.#liveClients.admit(connection, setup);
  }

  /** @returns a socket to the other object, not yet accepted; null if that object refuses it. */
  async #openElsewhere(identity: Identity): Promise<WebSocket | null> {
    const { role, granted, person, token, address, proactivity, affectiveDialog } =
      this.#connection.attachment;
    const { liveClient } = this.#connection;
    if (!liveClient) return null;
    // This object has applied the ephemeral token's terms already.
    const client = {
      ...liveClient,
      ephemeralToken: undefined,
      functions: [],
      mayResumeElsewhere: false,
    };
    const admitted: AdmittedClient = {
      protocol: "live-api",
      app: identity.app,
      role,
      granted,
      person,
      address,
      token,
      proactivity,
      affectiveDialog,
      client,
    };
    const request = new Request("https://conversation/", { headers: { Upgrade: "websocket" } });
    const { env, platform } = this.#context;
    const response = await openConversationSocket(
      env.CONVERSATION,
      { identity, client: admitted },
      request,
      platform.config(),
    );
    return response.webSocket;
  }

  #limitError(frame: string | ArrayBuffer): ClientError | undefined {
    const full =
      this.#frames.length >= maxWaitingFrames || this.#bytes + frameBytes(frame) > maxWaitingBytes;
    return checkFrameSize(frame) ?? (full ? tooMuchBeforeSetup() : undefined);
  }
}

/** Proxies one client's frames to the object of its conversation, and back. */
export class ObjectProxy implements FrameInterceptor {
  readonly #connection: Connection;
  #socket: WebSocket | undefined;

  /** @param socket to the other object; undefined after hibernation, which loses it. */
  constructor(connection: Connection, socket?: WebSocket) {
    this.#connection = connection;
    this.#socket = socket;
    if (!socket) return;
    socket.binaryType = "arraybuffer";
    socket.accept();
    socket.addEventListener("message", ({ data }) =>
      sendNow(connection.socket, data as string | ArrayBuffer),
    );
    socket.addEventListener("close", ({ code, reason }) => this.#closed(code, reason));
  }

  receive(frame: string | ArrayBuffer): void {
    const connection = this.#connection;
    if (Date.now() >= connection.expiresAt) {
      const { close, message } = connection.expiryError;
      this.close(close);
      connection.close(close, message);
    } else if (this.#socket) sendNow(this.#socket, frame);
    else connection.close(1012, "Connect again with your handle.");
  }

  /** Closes the socket to the other object after the client has left. */
  close(code = 1000): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(sendableCloseCode(code), clipCloseReason("The client has gone."));
  }

  #closed(code: number, reason: string): void {
    if (!this.#socket) return;
    this.#socket = undefined;
    this.#connection.close(sendableCloseCode(code), reason);
  }
}

/** Closes a socket to the other object after its client has left. An unaccepted socket cannot be closed. */
function abandon(socket: WebSocket): void {
  socket.accept();
  socket.close(1000, "The client has gone.");
}
