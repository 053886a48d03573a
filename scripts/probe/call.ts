/** One call to the service: a WebSocket whose frames become labels. */
import { WebSocket } from "ws";
import { labelsOf, secondsIn } from "./labels.ts";
import type { ServerFrame } from "./labels.ts";

export interface Caller {
  /** Told of each label as it comes. */
  see(label: string): void;
  /** Told of each frame, to remember what later steps need. */
  frame(frame: ServerFrame): void;
  /** Told of audio received, s. @returns false when it is more than may be paid for. */
  received(seconds: number): boolean;
}

export interface Call {
  send(frame: string): void;
  /** Settles when the socket is closed. */
  hangUp(): Promise<void>;
}

/** @throws Error when nobody answers. */
export async function dial(
  url: string,
  headers: Readonly<Record<string, string>>,
  caller: Caller,
): Promise<Call> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  let ours = false;
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString("utf8")) as ServerFrame;
    caller.frame(frame);
    for (const label of labelsOf(frame)) caller.see(label);
    if (!caller.received(secondsIn(frame))) {
      caller.see("cut off by the probe: more audio than was to be paid for");
      ours = true;
      socket.close();
    }
  });
  const closed = new Promise<void>((resolve) => {
    socket.once("close", (code, reason) => {
      caller.see(ours ? "hung up" : `close ${code} ${reason.toString()}`.trim());
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
    hangUp: () => {
      ours = true;
      socket.close();
      return closed;
    },
  };
}
