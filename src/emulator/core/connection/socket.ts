/** The interface between a transport and the core: the transport owns the socket, the core owns the session. */

/** An upgrade request as the transport parsed it. */
export interface UpgradeRequest {
  /** The raw path without the query; may begin with several slashes. */
  readonly path: string;
  /** Decoded query parameters; the first of each name. */
  readonly query: ReadonlyMap<string, string>;
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The core's actions on a client's socket. */
export interface Peer {
  send(frame: Uint8Array | string): void;
  /** @param reason at most 123 bytes of UTF-8 (RFC 6455 §5.5). */
  close(code: number, reason: string): void;
  /** Breaks the connection without a close frame; a transport without this method closes instead. */
  reset?(): void;
  /** Stops answering, pings included; the transport must still report the client's close. */
  freeze?(): void;
}

/** The transport's reports to the core, which ignores frames after `closed`. */
export interface SocketHandler {
  receive(frame: Uint8Array | string): void;
  /** The client closed, or the connection broke (code 1006). */
  closed(code: number, reason: string): void;
}

/** Accepts an upgrade; undefined for an unknown path (HTTP 404). */
export type Connect = (request: UpgradeRequest, peer: Peer) => SocketHandler | undefined;
