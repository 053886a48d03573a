/** The life-cycle of a part of the conversation. */
import type { ClientRequest } from "../core/client-request.ts";
import type { ClientError } from "../core/errors.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import type { Event } from "../wire/adk.ts";
import type { Connection } from "./connection.ts";

/** What becomes of the upstream connection. */
export type UpstreamChange =
  /** The session is gone, and the relay connects again. */
  | { readonly type: "connecting" }
  /** A session is ready. */
  | { readonly type: "ready" }
  /** The socket closed, or did not open. @param reason the service's own text. */
  | { readonly type: "closed"; readonly reason: string }
  /** There is no session any more, and none is being connected. */
  | { readonly type: "idle" }
  /** The same because of an error; none is tried until a client asks for one. */
  | { readonly type: "ended"; readonly error: ClientError };

/** A part of the conversation with state of its own. It implements only what it needs, and never reaches another module. */
export interface Module {
  /** A socket was opened; the client may still have to say how it takes part. */
  onOpen?(connection: Connection): void;
  /** The client takes part from now on. */
  onJoin?(connection: Connection): void;
  /** The client has left, once for each connection. */
  onLeave?(connection: Connection, reason: string | undefined): void;
  /** @returns whether the request is this module's, which then has handled it. The client was allowed to make it. */
  onRequest?(connection: Connection, request: ClientRequest): boolean;
  /** After the event was sent to the clients. It is recorded after that. */
  onEvent?(event: Event): void;
  /** An event was recorded in the log. */
  onRecorded?(): void;
  onUpstream?(change: UpstreamChange): void;
  /** A request of the client was refused, and the client was told. */
  onRefused?(connection: Connection, error: ClientError, textId: string | undefined): void;
  /** All connections are about to be closed. */
  onEnding?(): void;
  /** All connections were closed by the server. */
  onEnd?(): void;
  onAlarm?(reason: AlarmReason): Promise<void> | void;
  /** Everything that was stored has been deleted. */
  onReset?(): void;
}
