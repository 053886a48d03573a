/** A healthy conversation beside the fuzzed ones: it speaks all the time, and each frame must be answered, in order. */
import type { BenchClient } from "../compare/clients/client.ts";
import { connectParley } from "../compare/clients/websocket.ts";
import { noise } from "../compare/noise.ts";
import { pace, type Pace } from "../compare/pace.ts";
import { nowUs, stampPcm, type Stamp } from "../compare/stamp.ts";

const frameMs = 100;

export class HealthyConversation {
  readonly faults: string[] = [];
  #sent = 0;
  #answered = 0;
  /** From send to answer, in ms. */
  #worstMs = 0;
  /** Times of the frames that are not answered yet, in µs. */
  readonly #waiting: number[] = [];
  #microphone: Pace | undefined;
  #client: BenchClient | undefined;

  static async start(url: string): Promise<HealthyConversation> {
    const conversation = new HealthyConversation();
    await conversation.#speak(url);
    return conversation;
  }

  get figures(): { readonly sent: number; readonly answered: number; readonly worstMs: number } {
    return { sent: this.#sent, answered: this.#answered, worstMs: this.#worstMs };
  }

  /** Waits for the answers that are under way, and leaves. */
  async stop(): Promise<void> {
    this.#microphone?.stop();
    for (let tick = 0; this.#waiting.length > 0 && tick < 100; tick++)
      await new Promise((resolve) => setTimeout(resolve, frameMs));
    if (this.#waiting.length > 0)
      this.faults.push(`${this.#waiting.length} frames were never answered`);
    this.#client?.close();
  }

  async #speak(url: string): Promise<void> {
    this.#client = await connectParley(url, "healthy", {
      onAudio: (stamp) => this.#receive(stamp),
      onSkipped: (ms) => this.faults.push(`${ms} ms of the answers were left out`),
      onClosed: (reason) => this.faults.push(`it was closed: ${reason}`),
    });
    const pcm = noise(frameMs * 32);
    this.#microphone = pace(frameMs, () => {
      const client = nowUs();
      stampPcm(pcm, { client, upstream: 0 });
      this.#sent++;
      this.#waiting.push(client);
      this.#client?.send(pcm.slice());
    });
  }

  /** The upstream answers a frame with its own stamp. */
  #receive(stamp: Stamp | undefined): void {
    if (!stamp) return;
    const expected = this.#waiting.shift();
    if (stamp.client !== expected)
      this.faults.push(`frame ${this.#answered + 1} was answered out of order`);
    this.#answered++;
    this.#worstMs = Math.max(this.#worstMs, (nowUs() - stamp.client) / 1000);
  }
}
