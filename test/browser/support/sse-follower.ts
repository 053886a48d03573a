/** Follows a conversation with nothing but HTTP: server-sent events, as `GET /events` tells them. */
import type { Event } from "../../../src/wire/adk.ts";

export interface SseFollower {
  /** Whole events, as they came. */
  readonly events: readonly Event[];
  /** All that was heard, mono, 24 kHz. */
  sound(): Int16Array;
  close(): void;
}

/** @returns once the server has answered. */
export async function followEvents(url: string): Promise<SseFollower> {
  const hangUp = new AbortController();
  const { body } = await fetch(url, { signal: hangUp.signal });
  if (!body) throw new Error("nothing to follow");
  const events: Event[] = [];
  const sounds: Buffer[] = [];
  const hear = (block: string): void => {
    const name = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined) return;
    const told = JSON.parse(data) as { mime_type?: string; data?: string };
    if (name === "event") events.push(told as Event);
    if (told.mime_type === "audio/pcm") sounds.push(Buffer.from(told.data ?? "", "base64"));
  };
  read(body, hear).catch(() => undefined);
  return {
    events,
    sound: () => {
      const bytes = Uint8Array.from(Buffer.concat(sounds));
      return new Int16Array(bytes.buffer);
    },
    close: () => hangUp.abort(),
  };
}

async function read(
  body: ReadableStream<Uint8Array>,
  hear: (block: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) hear(block);
  }
}
