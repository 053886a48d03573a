/** The browser, or Node, as a connection uses it: sockets, timers, randomness and connectivity. Tests substitute it. */
import { parseUrl } from "../state/parse-url.ts";
import { subprotocol } from "../../../../src/wire/parley-v1.ts";
import type { CloseCode } from "./connection.ts";
import type { OpusCodecs } from "./opus-codecs.ts";

export interface Socket {
  /** Bytes not yet handed to the network. */
  readonly bufferedAmount: number;
  send(frame: string | ArrayBuffer): void;
  close(): void;
}

export interface SocketEvents {
  /** The token is there: the network is asked from here on. */
  connecting?(): void;
  open(): void;
  frame(frame: string | ArrayBuffer): void;
  /** @param cause if the reason is in the client's words. */
  close(code: number, reason: string, cause?: CloseCode): void;
  /** `getToken` threw, before `close`. */
  tokenFailed?(error: unknown): void;
}

/** Called before each connect, and to renew the token in time. Undefined: the client has none. */
export type GetToken = () => string | undefined | Promise<string | undefined>;

/** A function gets the token of the attempt; undefined: there is none. */
export type SocketUrl = string | ((token: string | undefined) => string);

export interface Platform {
  connect(url: SocketUrl, events: SocketEvents): Socket;
  isOnline(): boolean;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** @returns cancels the timer. */
  after(ms: number, callback: () => void): () => void;
  /**
   * Reports that the network came or went, or that the page became visible: an open socket may be dead since.
   * @returns stops watching.
   */
  watchConnectivity(changed: () => void): () => void;
  /** The codecs to offer the server; undefined: none. */
  opus?(): OpusCodecs | undefined;
  /** Absent: the client cannot renew its token. `connect` uses it by itself. */
  readonly getToken?: GetToken | undefined;
  /** Replaces the token that `connect` uses without `getToken`. */
  setToken?(token: string): void;
}

interface PlatformOptions {
  /** It goes as a subprotocol: a page cannot set a header on a WebSocket, and a URL ends up in logs. */
  readonly token?: string | undefined;
  /** In place of `token`. */
  readonly getToken?: GetToken | undefined;
  /** The codecs to offer, once they were found. */
  readonly opus?: (() => OpusCodecs | undefined) | undefined;
}

/** The platform of a browser, and of Node for text. */
export const createPlatform = ({
  token,
  getToken,
  opus = () => undefined,
}: PlatformOptions): Platform => ({
  opus,
  getToken,
  setToken: (newer) => (token = newer),
  connect: (url, events) => new AuthorizedSocket(url, getToken ?? (() => token), events),
  isOnline: () => (globalThis.navigator as Partial<Navigator> | undefined)?.onLine !== false,
  now: () => performance.now(),
  random: () => Math.random(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  watchConnectivity,
});

/** A close code of its own, which the server never sends: `getToken` failed, and may succeed later. */
const noTokenCode = 4999;
/** As the server closes a connection that it refuses for good. */
const finalCode = 1008;

/** A WebSocket that is opened once its token is there. */
class AuthorizedSocket implements Socket {
  #socket: WebSocket | undefined;
  #closed = false;

  constructor(url: SocketUrl, getToken: GetToken, events: SocketEvents) {
    void this.#open(url, getToken, events);
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(frame: string | ArrayBuffer): void {
    this.#socket?.send(frame);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  async #open(target: SocketUrl, getToken: GetToken, events: SocketEvents): Promise<void> {
    const token = await this.#token(getToken, events);
    if (token === undefined || this.#closed) return;
    events.connecting?.();
    let url: string | undefined;
    try {
      url = typeof target === "string" ? target : target(token || undefined);
      this.#socket = openSocket(url, token, events);
    } catch (error) {
      if (url === undefined) return events.close(finalCode, (error as Error).message);
      const { reason, cause } = describeFailure(error, new URL(url).origin);
      events.close(finalCode, reason, cause);
    }
  }

  /** @returns an empty text if the client has none, undefined if it could not be fetched. */
  async #token(getToken: GetToken, events: SocketEvents): Promise<string | undefined> {
    try {
      return (await getToken()) ?? "";
    } catch (error) {
      events.tokenFailed?.(error);
      events.close(noTokenCode, "");
      return undefined;
    }
  }
}

/** The token is a name of a subprotocol, which has no blanks, quotes or brackets: an answer may be a page in its place. */
const describeFailure = (error: unknown, origin: string): { reason: string; cause: CloseCode } =>
  error instanceof DOMException && error.name === "SyntaxError"
    ? {
        reason:
          "The token has characters that no token has, so that nothing was sent. Let getToken, or token-url, answer with the token alone.",
        cause: "BAD_TOKEN",
      }
    : {
        reason: `This page cannot connect to ${origin}: a page that came over https needs a server with https.`,
        cause: "NEEDS_HTTPS",
      };

function openSocket(url: string, token: string, events: SocketEvents): WebSocket {
  const { origin } = new URL(url);
  let isClosed = false;
  const close = (code: number, reason: string, cause?: CloseCode): void => {
    stopWatching();
    if (!isClosed) events.close(code, reason, cause);
    isClosed = true;
  };
  const stopWatching = watchPolicy(origin, () =>
    close(
      finalCode,
      `This page's Content-Security-Policy does not allow the connection. Its author adds ${origin} to connect-src.`,
      "BLOCKED_BY_POLICY",
    ),
  );
  const socket = new WebSocket(url, [subprotocol, ...(token ? [`auth.${token}`] : [])]);
  socket.binaryType = "arraybuffer";
  let hasOpened = false;
  socket.addEventListener("open", () => {
    hasOpened = true;
    stopWatching();
    events.open();
  });
  socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) =>
    events.frame(data),
  );
  socket.addEventListener("close", ({ code, reason }) => {
    // The report of a refusal is a task of its own, and may follow.
    if (hasOpened) close(code, reason);
    else setTimeout(() => close(code, reason), 50);
  });
  return socket;
}

/**
 * Watches whether the page's policy refuses a connection, which Chromium never closes, and other browsers close like a lost
 * one.
 * @returns stops watching.
 */
function watchPolicy(origin: string, refused: () => void): () => void {
  if (!("document" in globalThis)) return () => undefined;
  const violated = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    if (effectiveDirective === "connect-src" && parseUrl(blockedURI)?.origin === origin) refused();
  };
  document.addEventListener("securitypolicyviolation", violated);
  return () => document.removeEventListener("securitypolicyviolation", violated);
}

function watchConnectivity(changed: () => void): () => void {
  // Node has no window: there a dead socket shows by its pings.
  if (!("document" in globalThis)) return () => undefined;
  const visibilityChanged = (): void => {
    if (document.visibilityState === "visible") changed();
  };
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  document.addEventListener("visibilitychange", visibilityChanged);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
    document.removeEventListener("visibilitychange", visibilityChanged);
  };
}
