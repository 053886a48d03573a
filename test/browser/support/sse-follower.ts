/** Follows a conversation with server-sent events (`GET /events`). */
import type { Event } from "../../../src/wire/adk.ts";

export interface SseFollower {
  /** In order of arrival. */
  readonly events: readonly Event[];
  /** All audio received, mono, 24 kHz. */
  audio(): Int16Array;
  close(): void;
}

/** Resolves when the server has answered. */
export async function followEvents(url: string): Promise<SseFollower> {
  const abort = new AbortController();
  const { body } = await fetch(url, { signal: abort.signal });
  if (!body) throw new Error("the response has no body");
  const events: Event[] = [];
  const audio: Buffer[] = [];
  const receive = (block: string): void => {
    const name = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined) return;
    const message = JSON.parse(data) as { mime_type?: string; data?: string };
    if (name === "event") events.push(message as Event);
    if (message.mime_type === "audio/pcm") audio.push(Buffer.from(message.data ?? "", "base64"));
  };
  read(body, receive).catch(() => undefined);
  return {
    events,
    audio: () => {
      const bytes = Uint8Array.from(Buffer.concat(audio));
      return new Int16Array(bytes.buffer);
    },
    close: () => abort.abort(),
  };
}

async function read(
  body: ReadableStream<Uint8Array>,
  receive: (block: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let incomplete = "";
  for await (const bytes of body) {
    const blocks = (incomplete + decoder.decode(bytes, { stream: true })).split("\n\n");
    incomplete = blocks.pop() ?? "";
    for (const block of blocks) receive(block);
  }
}
