/** What a connection needs of the world: sockets, time, chance, and news of the network. */

export interface Socket {
  /** Bytes not yet handed to the network. */
  readonly bufferedAmount: number;
  send(frame: string | ArrayBuffer): void;
  close(): void;
}

export interface SocketEvents {
  open(): void;
  frame(text: string): void;
  close(code: number, reason: string): void;
}

export interface Network {
  dial(url: string, events: SocketEvents): Socket;
  online(): boolean;
  /** In [0, 1). */
  random(): number;
  /** @returns how to call it off. */
  after(ms: number, then: () => void): () => void;
  /** Tells that dialling now may help: the network came back, or the page is seen again. */
  watch(hopeful: () => void): () => void;
}

/** @param token sent as a subprotocol: a page cannot set a header, and a URL would be logged. */
export const browserNetwork = (token?: string): Network => ({
  dial(url, events) {
    const socket = new WebSocket(url, token ? [`auth.${token}`] : []);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => events.open());
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string") events.frame(data);
    });
    socket.addEventListener("close", ({ code, reason }) => events.close(code, reason));
    return socket;
  },
  online: () => navigator.onLine,
  random: () => Math.random(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  watch(hopeful) {
    const seen = (): void => {
      if (document.visibilityState === "visible") hopeful();
    };
    window.addEventListener("online", hopeful);
    document.addEventListener("visibilitychange", seen);
    return () => {
      window.removeEventListener("online", hopeful);
      document.removeEventListener("visibilitychange", seen);
    };
  },
});
