/** One of many clients: an open microphone that is mostly quiet, and a measure of how late replies arrive. */
import type { ServerFrame } from "../../test/speech/live.ts";
import { audio, session } from "../../test/speech/live.ts";
import type { Client } from "../../test/support/client.ts";

/** One frame of the microphone, ms and samples at 16 kHz. */
export const frameMs = 100;
const frameSamples = 1600;
const silence = JSON.stringify(audio(new Int16Array(frameSamples)));
/** Of a reply: 24 kHz, 16 bits. */
const bytesPerMs = 48;

export class LoadClient {
  /** From the opening of the socket to `setupComplete`. */
  readonly setupMs: number;
  readonly #client: Client<ServerFrame>;
  #frames: string[] = [];
  /** Time of the send of the question's last word. */
  #askedAt: number | undefined;

  private constructor(client: Client<ServerFrame>, setupMs: number) {
    this.#client = client;
    this.setupMs = setupMs;
  }

  static async connect(base: string): Promise<LoadClient> {
    const from = performance.now();
    const client = await session(base);
    return new LoadClient(client, performance.now() - from);
  }

  speak(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += frameSamples)
      this.#frames.push(JSON.stringify(audio(samples.subarray(at, at + frameSamples))));
  }

  /** Sends the microphone's next frame. */
  tick(): void {
    const frame = this.#frames.shift();
    if (frame !== undefined && this.#frames.length === 0) this.#askedAt = performance.now();
    void this.#client.send(frame ?? silence);
  }

  get answered(): boolean {
    return this.#client.messages.some((frame) => frame.serverContent?.turnComplete === true);
  }

  /** The input transcription. */
  get transcript(): string {
    return this.#client.messages
      .map((f) => f.serverContent?.inputTranscription?.text ?? "")
      .join("");
  }

  /** From the question's last word to the first audio of the answer, ms. */
  get responseTime(): number {
    const first = this.#client.all.find(({ message }) => bytesIn(message) > 0);
    return (first?.at ?? Number.NaN) - (this.#askedAt ?? Number.NaN);
  }

  /** The largest delay of a reply frame after its play time, ms. */
  get largestDelay(): number {
    let playedUntil = Number.POSITIVE_INFINITY;
    let worst = 0;
    for (const { message, at } of this.#client.all) {
      const ms = bytesIn(message) / bytesPerMs;
      if (ms === 0) continue;
      worst = Math.max(worst, at - playedUntil);
      playedUntil = Math.max(at, playedUntil === Number.POSITIVE_INFINITY ? at : playedUntil) + ms;
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
