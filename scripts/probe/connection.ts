/** One connection to the service: a WebSocket that turns frames into labels. */
import { WebSocket } from "ws";
import { labelsOf, secondsIn } from "./labels.ts";
import type { ServerFrame } from "./labels.ts";

export interface Observer {
  record(label: string): void;
  /** Takes from each frame the values that later steps need. */
  frame(frame: ServerFrame): void;
  /** @param seconds of audio in one frame. @returns false if the case has exceeded its budget. */
  received(seconds: number): boolean;
}

export interface Connection {
  send(frame: string): void;
  /** Resolves when the socket has closed. */
  close(): Promise<void>;
}

/** @throws Error if the service does not answer. */
export async function connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  observer: Observer,
): Promise<Connection> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  let closedByProbe = false;
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString("utf8")) as ServerFrame;
    observer.frame(frame);
    for (const label of labelsOf(frame)) observer.record(label);
    if (!observer.received(secondsIn(frame))) {
      observer.record("cut off by the probe: more audio than planned");
      closedByProbe = true;
      socket.close();
    }
  });
  const closed = new Promise<void>((resolve) => {
    socket.once("close", (code, reason) => {
      observer.record(
        closedByProbe ? "disconnected by the probe" : `close ${code} ${reason.toString()}`.trim(),
      );
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  return {
    send: (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(frame);
    },
    close: () => {
      closedByProbe = true;
      socket.close();
      return closed;
    },
  };
}
