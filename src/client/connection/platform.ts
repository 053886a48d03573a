/** What a connection needs of the world: sockets, time, chance, and news of the network. */
import { subprotocol } from "../../wire/parley-v1.ts";

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
  /** Milliseconds, of a clock that only goes forward. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** @returns how to call it off. */
  after(ms: number, then: () => void): () => void;
  /** Tells that the network came or went, or that the page is seen again: what was true before may be so no more. */
  watchConnectivity(stirred: () => void): () => void;
}

/** @param token sent as a subprotocol: a page cannot set a header, and a URL would be logged. */
export const createBrowserPlatform = (token?: string): Platform => ({
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
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  watchConnectivity(stirred) {
    const seen = (): void => {
      if (document.visibilityState === "visible") stirred();
    };
    window.addEventListener("online", stirred);
    window.addEventListener("offline", stirred);
    document.addEventListener("visibilitychange", seen);
    return () => {
      window.removeEventListener("online", stirred);
      window.removeEventListener("offline", stirred);
      document.removeEventListener("visibilitychange", seen);
    };
  },
});
