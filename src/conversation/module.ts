/** The lifecycle methods of a conversation's modules. */
import type { ClientRequest } from "../core/client-request.ts";
import type { ClientError } from "../core/errors.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { Role } from "../wire/parley-v1.ts";
import type { Connection } from "./connection.ts";

/** A change of the upstream connection. */
export type UpstreamChange =
  /** The session is lost, and the relay reconnects. */
  | { readonly type: "connecting" }
  /** The conversation needs one of the service's sessions. `resumes`: it had one before. */
  | { readonly type: "queued"; readonly resumes: boolean }
  /** A session is ready. */
  | { readonly type: "ready" }
  /** The socket closed or failed to open. `reason` is the service's own text. */
  | { readonly type: "closed"; readonly reason: string }
  /** No session exists, and the relay connects none. */
  | { readonly type: "idle" }
  /** As `idle`, because of an error. The relay does not connect until a client requests it. */
  | { readonly type: "ended"; readonly error: ClientError };

/** A part of the conversation with state of its own. It implements only the methods that it needs. */
export interface Module {
  /** A socket opened; the client may still have to send its `hello`, `setup` or `start`. */
  onOpen?(connection: Connection): void;
  onJoin?(connection: Connection): void;
  /** The client takes part and may speak, from now on. */
  onSpeaker?(connection: Connection): void;
  /** The role of a client that takes part has changed. */
  onRole?(connection: Connection, before: Role): void;
  /** Called before a newer token replaces that of the connection. */
  onRenewing?(connection: Connection): void;
  /** Called once for each connection, joined or not. */
  onLeave?(connection: Connection, reason: string | undefined): void;
  /** Called for authorised requests. @returns whether the module has handled the request. */
  onRequest?(connection: Connection, request: ClientRequest): boolean;
  /** Called after the event is sent to the clients and before it is recorded. */
  onEvent?(event: Event): void;
  /** Called after an event is appended to the log. */
  onRecorded?(): void;
  /** Called for each receipt of the model's service, before its message is delivered. */
  onUsage?(usage: NonNullable<ServerMessage["usageMetadata"]>, model: string): void;
  onUpstream?(change: UpstreamChange): void;
  /** Called after the client has received the error, or has left. @param textId of the refused text. */
  onRefused?(connection: Connection, textId: string | undefined): void;
  /** Called before the server closes all connections. */
  onEnding?(): void;
  /** Called after the server has closed all connections. */
  onEnd?(): void;
  onAlarm?(reason: AlarmReason): Promise<void> | void;
  /** Called before all stored data is deleted, and after the connections are closed. */
  onDeleting?(): void;
  /** Called after all stored data is deleted. */
  onReset?(): void;
}
