/** The two ends of a connection, as the core sees them: the shell owns the socket, the core owns the talk. */

/** What the shell read from an upgrade request. */
export interface UpgradeRequest {
  /** The raw path, without the query; may begin with several slashes. */
  readonly path: string;
  /** Query parameters, decoded; the first of each name. */
  readonly query: ReadonlyMap<string, string>;
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The client's end: what the core may do to it. */
export interface Peer {
  send(frame: Uint8Array | string): void;
  /** @param reason at most 123 bytes of UTF-8 (RFC 6455 §5.5). */
  close(code: number, reason: string): void;
  /** Breaks the connection without a close; a shell that cannot closes it. */
  reset?(): void;
  /** Answers nothing any more, pings neither; the client's close is still told. */
  freeze?(): void;
}

/** The server's end: what the shell tells the core. Frames that come after `closed` are ignored. */
export interface SocketHandler {
  receive(frame: Uint8Array | string): void;
  /** The client closed, or the connection broke (1006). */
  closed(code: number, reason: string): void;
}

/** Answers an accepted upgrade, or undefined for a path nobody serves (HTTP 404). */
export type Connect = (request: UpgradeRequest, peer: Peer) => SocketHandler | undefined;
