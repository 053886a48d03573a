/** A client of parley's ADK protocol that speaks or types and records the events it receives. */
import type { Event } from "../../src/wire/adk.ts";
import { fromBase64 } from "../../src/wire/base64.ts";
import { Client } from "./client.ts";
import { speak, type Speaking } from "./speaker.ts";

export class AdkClient extends Client<Event> {
  /** Sends a recording (16 kHz) in real time in frames of 100 ms, with silence after it. */
  speak(samples: Int16Array, silenceMs = 3000): Speaking {
    return speak(samples, (frame) => this.socket.send(frame), { frame: 100, silence: silenceMs });
  }

  async sendText(text: string): Promise<void> {
    await this.send({ type: "text", text });
  }

  /** The rest of a turn, up to its end. */
  turn(): Promise<Event> {
    return this.next((event) => event.turnComplete === true);
  }
}

/** @param token needed where AUTH_SECRET is set. */
export async function connectAdkClient(url: string, token?: string): Promise<AdkClient> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const talker = new AdkClient(url, { patience: 30_000, headers });
  await talker.opened;
  return talker;
}

/** The decoded audio of an event; undefined when it has none. */
export function audioOf(event: Event): Uint8Array | undefined {
  const data = event.content?.parts?.find((part) => part.inlineData)?.inlineData?.data;
  return data === undefined ? undefined : fromBase64(data);
}

/** All audio of some events, as samples. */
export function audioSamples(events: readonly Event[]): Int16Array {
  const bytes = Buffer.concat(events.flatMap((event) => audioOf(event) ?? []));
  return new Int16Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~1)),
  );
}

/** The finished transcripts among some events. */
export const finishedTranscripts = (
  events: readonly Event[],
  side: "inputTranscription" | "outputTranscription",
): string[] => events.flatMap((event) => (event[side]?.finished ? [event[side].text] : []));
