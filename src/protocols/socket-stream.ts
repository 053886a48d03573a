/** Sockets between the Worker and a conversation: what they say, as a list or as the body of an answer. */

/** Every frame until the socket is closed. @returns also whether it broke instead. */
export async function framesOf(
  socket: WebSocket,
): Promise<{ readonly frames: readonly string[]; readonly broken: boolean }> {
  const frames: string[] = [];
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.addEventListener("message", ({ data }) => void frames.push(String(data)));
  socket.addEventListener("close", ({ code }) => resolve(code));
  socket.addEventListener("error", () => resolve(1006));
  return { broken: (await promise) !== 1000, frames };
}

export interface Writing {
  /** One frame of the conversation, as it is written. */
  frame(data: string): string;
  /** What is written before anything else. */
  readonly first?: string;
  /** What is written last, when the conversation has closed the socket, or it broke. */
  last(code: number, reason: string): string;
  /** What is written while nothing else is, so that those in between keep the line open. */
  readonly heartbeat?: { readonly text: string; readonly everyMs: number };
}

/** A reader who has left so much unread takes in nothing any more, in bytes. */
const mostUnread = 4 * 1024 * 1024;

/** The frames as they come, each in a chunk of its own. A reader who goes away closes the socket. */
export function streamOf(socket: WebSocket, writing: Writing): ReadableStream<Uint8Array> {
  const { heartbeat } = writing;
  const encoder = new TextEncoder();
  let beat: ReturnType<typeof setInterval> | undefined;
  let open = true;
  const stop = (): boolean => {
    clearInterval(beat);
    const was = open;
    open = false;
    return was;
  };
  const start = (
    controller: ReadableByteStreamController | ReadableStreamDefaultController,
  ): void => {
    const write = (text: string): void => {
      if (!open || text === "") return;
      controller.enqueue(encoder.encode(text));
      if ((controller.desiredSize ?? 0) >= 0) return;
      end("");
      socket.close(1013, "What was sent is not read.");
    };
    const end = (last: string): void => {
      if (open && last) controller.enqueue(encoder.encode(last));
      if (stop()) controller.close();
    };
    socket.addEventListener("message", ({ data }) => write(writing.frame(String(data))));
    socket.addEventListener("close", ({ code, reason }) => end(writing.last(code, reason)));
    socket.addEventListener("error", () => end(writing.last(1006, "")));
    write(writing.first ?? "");
    if (heartbeat) beat = setInterval(() => write(heartbeat.text), heartbeat.everyMs);
  };
  const cancel = (): void => {
    if (stop()) socket.close(1000, "The reader went away.");
  };
  return new ReadableStream<Uint8Array>(
    { start, cancel },
    new ByteLengthQueuingStrategy({ highWaterMark: mostUnread }),
  );
}
