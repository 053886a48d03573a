/** The browser as a connection uses it: sockets, timers, randomness and connectivity. Tests substitute it. */
import { subprotocol } from "../../../../src/wire/parley-v1.ts";
import type { OpusCodecs } from "./opus-codecs.ts";

export interface Socket {
  /** Bytes not yet handed to the network. */
  readonly bufferedAmount: number;
  send(frame: string | ArrayBuffer): void;
  close(): void;
}

export interface SocketEvents {
  open(): void;
  frame(frame: string | ArrayBuffer): void;
  close(code: number, reason: string): void;
}

export interface Platform {
  connect(url: string, events: SocketEvents): Socket;
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
}

/**
 * @param token goes as a subprotocol: a page cannot set a header on a WebSocket, and a URL ends up in logs.
 * @param opus the codecs to offer, once they were found.
 */
export const createBrowserPlatform = (
  token?: string,
  opus: () => OpusCodecs | undefined = () => undefined,
): Platform => ({
  opus,
  connect(url, events) {
    const socket = new WebSocket(url, [subprotocol, ...(token ? [`auth.${token}`] : [])]);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => events.open());
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) =>
      events.frame(data),
    );
    socket.addEventListener("close", ({ code, reason }) => events.close(code, reason));
    return socket;
  },
  isOnline: () => navigator.onLine,
  now: () => performance.now(),
  random: () => Math.random(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  watchConnectivity(changed) {
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
  },
});
