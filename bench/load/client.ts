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
  /** From the opening of the socket to `setupComplete`, ms. */
  readonly setup: number;
  readonly #client: Client<ServerFrame>;
  #frames: string[] = [];
  /** Time of the send of the question's last word. */
  #asked: number | undefined;

  private constructor(client: Client<ServerFrame>, setup: number) {
    this.#client = client;
    this.setup = setup;
  }

  static async connect(base: string): Promise<LoadClient> {
    const from = performance.now();
    const client = await session(base);
    return new LoadClient(client, performance.now() - from);
  }

  say(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += frameSamples)
      this.#frames.push(JSON.stringify(audio(samples.subarray(at, at + frameSamples))));
  }

  /** Sends the microphone's next frame. */
  tick(): void {
    const frame = this.#frames.shift();
    if (frame !== undefined && this.#frames.length === 0) this.#asked = performance.now();
    void this.#client.send(frame ?? silence);
  }

  get asked(): boolean {
    return this.#asked !== undefined;
  }

  get answered(): boolean {
    return this.#client.messages.some((frame) => frame.serverContent?.turnComplete === true);
  }

  /** The input transcription. */
  get heard(): string {
    return this.#client.messages
      .map((f) => f.serverContent?.inputTranscription?.text ?? "")
      .join("");
  }

  /** From the question's last word to the first audio of the answer, ms. */
  get waited(): number {
    const first = this.#client.all.find(({ message }) => bytesIn(message) > 0);
    return (first?.at ?? Number.NaN) - (this.#asked ?? Number.NaN);
  }

  /** The longest gap in the playback of the answer, ms. */
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
