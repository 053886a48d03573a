/** One caller of a crowd: an open microphone that is mostly quiet, and ears for when replies come too late. */
import type { ServerFrame } from "../../test/speech/live.ts";
import { audio, session } from "../../test/speech/live.ts";
import type { Client } from "../../test/support/client.ts";

/** One frame of the microphone, ms and samples at 16 kHz. */
export const frameMs = 100;
const frameSamples = 1600;
const silence = JSON.stringify(audio(new Int16Array(frameSamples)));
/** Bytes of a millisecond of a reply: 24 kHz, 16 bits. */
const bytesPerMs = 48;

export class Caller {
  /** From the opening of the socket to `setupComplete`, ms. */
  readonly setup: number;
  readonly #client: Client<ServerFrame>;
  #saying: string[] = [];
  /** When the last word of the question was sent. */
  #asked: number | undefined;

  private constructor(client: Client<ServerFrame>, setup: number) {
    this.#client = client;
    this.setup = setup;
  }

  static async call(base: string): Promise<Caller> {
    const from = performance.now();
    const client = await session(base);
    return new Caller(client, performance.now() - from);
  }

  say(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += frameSamples)
      this.#saying.push(JSON.stringify(audio(samples.subarray(at, at + frameSamples))));
  }

  /** Sends the microphone's next frame. */
  tick(): void {
    const frame = this.#saying.shift();
    if (frame !== undefined && this.#saying.length === 0) this.#asked = performance.now();
    void this.#client.send(frame ?? silence);
  }

  get asked(): boolean {
    return this.#asked !== undefined;
  }

  get answered(): boolean {
    return this.#client.messages.some((frame) => frame.serverContent?.turnComplete === true);
  }

  /** What was understood. */
  get heard(): string {
    return this.#client.messages
      .map((f) => f.serverContent?.inputTranscription?.text ?? "")
      .join("");
  }

  /** From the last word to the first sound of the answer, ms. */
  get waited(): number {
    const first = this.#client.all.find(({ message }) => bytesIn(message) > 0);
    return (first?.at ?? Number.NaN) - (this.#asked ?? Number.NaN);
  }

  /** How long a player of the answer had nothing to play, at the worst, ms: the frames' lateness. */
  get late(): number {
    let played = Number.POSITIVE_INFINITY;
    let worst = 0;
    for (const { message, at } of this.#client.all) {
      const ms = bytesIn(message) / bytesPerMs;
      if (ms === 0) continue;
      worst = Math.max(worst, at - played);
      played = Math.max(at, played === Number.POSITIVE_INFINITY ? at : played) + ms;
    }
    return worst;
  }

  close(): Promise<unknown> {
    return this.#client.close();
  }
}

function bytesIn({ serverContent }: ServerFrame): number {
  const parts = serverContent?.modelTurn?.parts ?? [];
  return parts.reduce((sum, { inlineData }) => sum + ((inlineData?.data.length ?? 0) * 3) / 4, 0);
}
