/** Turns the Worker's WebSocket to a conversation into the stream of an HTTP response. */
import { limits } from "../core/policy/limits.ts";

/** How the body of a streamed response is written. */
interface StreamFormat {
  frame(data: string): string;
  readonly first?: string;
  /** The end of the body, for the socket's close code; 1006 if the socket broke. */
  last(code: number, reason: string): string;
  /** Keeps proxies from closing an idle response, and shows whether the client still reads. */
  readonly heartbeat: { readonly text: string; readonly everyMs: number };
}

/** In bytes. A client that leaves more unread has stopped reading. */
const maxUnreadBytes = limits.unreadBytes.value;

/** A client that reads nothing for so long has gone, or never was: a HEAD request's body, a half-open connection. */
const maxUnreadMs = 30_000;

/** Measures how long a client has read nothing of what waits for it. */
class ReadingCheck {
  /** In bytes. */
  written = 0;
  #read = 0;
  #unreadMs = 0;

  /** @param waiting bytes that the client has not read. @param passedMs since the last call. */
  unreadMs(waiting: number, passedMs: number): number {
    const read = this.written - waiting;
    this.#unreadMs = waiting === 0 || read > this.#read ? 0 : this.#unreadMs + passedMs;
    this.#read = read;
    return this.#unreadMs;
  }
}

/** Streams each frame as a chunk of its own. The stream closes the socket if the client cancels or stops reading. */
export function streamOf(socket: WebSocket, format: StreamFormat): ReadableStream<Uint8Array> {
  const { heartbeat } = format;
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined;
  let open = true;
  const reading = new ReadingCheck();
  const stop = (): boolean => {
    clearInterval(timer);
    const wasOpen = open;
    open = false;
    return wasOpen;
  };
  const start = (
    controller: ReadableByteStreamController | ReadableStreamDefaultController,
  ): void => {
    const write = (text: string): void => {
      if (!open || text === "") return;
      const chunk = encoder.encode(text);
      controller.enqueue(chunk);
      reading.written += chunk.byteLength;
      if ((controller.desiredSize ?? 0) < 0) drop();
    };
    const drop = (): void => {
      end("");
      socket.close(1013, "What was sent is not read.");
    };
    const beat = (): void => {
      const waiting = maxUnreadBytes - (controller.desiredSize ?? 0);
      if (reading.unreadMs(waiting, heartbeat.everyMs) >= maxUnreadMs) drop();
      else write(heartbeat.text);
    };
    const end = (last: string): void => {
      if (open && last) controller.enqueue(encoder.encode(last));
      if (stop()) controller.close();
    };
    socket.addEventListener("message", ({ data }) => write(format.frame(String(data))));
    socket.addEventListener("close", ({ code, reason }) => end(format.last(code, reason)));
    socket.addEventListener("error", () => end(format.last(1006, "")));
    write(format.first ?? "");
    timer = setInterval(beat, heartbeat.everyMs);
  };
  const cancel = (): void => {
    if (stop()) socket.close(1000, "The reader went away.");
  };
  return new ReadableStream<Uint8Array>(
    { start, cancel },
    new ByteLengthQueuingStrategy({ highWaterMark: maxUnreadBytes }),
  );
}
