/**
 * Records what a page plays: each node that connects to the destination is also connected to a recorder. The test
 * installs it before the page's own code runs.
 */
import type { BrowserContext, Page } from "@playwright/test";

/** The rate of the page's playback. Contexts with another rate, as the microphone's, are not recorded. */
export const tapRate = 24_000;

/** The arrival of a frame, on the clock of the playback, in samples. */
export interface FrameMark {
  readonly kind: "interrupted" | "turnComplete" | "audio";
  readonly at: number;
}

export interface Recording {
  readonly samples: Int16Array;
  readonly marks: readonly FrameMark[];
}

interface TapWindow {
  parleyTap: { at: number; pcm: { at: number; samples: Int16Array }[]; marks: FrameMark[] };
}

/** Runs on the audio thread. */
const worklet = `registerProcessor("tap", class extends AudioWorkletProcessor {
  #block = new Int16Array(2400);
  #filled = 0;
  process([[input]]) {
    for (let i = 0; i < 128; i++) {
      this.#block[this.#filled++] = Math.max(-1, Math.min(1, input?.[i] ?? 0)) * 32767;
      if (this.#filled < this.#block.length) continue;
      this.port.postMessage({ at: currentFrame + i + 1 - this.#filled, samples: this.#block.slice() });
      this.#filled = 0;
    }
    return true;
  }
});`;

export async function installTap(context: BrowserContext): Promise<void> {
  await context.addInitScript(record, { worklet, tapRate });
}

export async function recording(page: Page): Promise<Recording> {
  const { base64, marks } = await page.evaluate(() => {
    const { pcm, marks } = (window as unknown as TapWindow).parleyTap;
    const end = Math.max(0, ...pcm.map(({ at, samples }) => at + samples.length));
    const all = new Int16Array(end);
    for (const { at, samples } of pcm) all.set(samples, at);
    return { base64: new Uint8Array(all.buffer).toBase64(), marks };
  });
  return { samples: new Int16Array(new Uint8Array(Buffer.from(base64, "base64")).buffer), marks };
}

/** RMS of each 10 ms, 0 to 1. */
export function envelope(samples: Int16Array, rate = tapRate): number[] {
  const step = rate / 100;
  return Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const slot = samples.subarray(i * step, (i + 1) * step);
    return Math.sqrt(slot.reduce((sum, s) => sum + (s / 32_768) ** 2, 0) / step);
  });
}

/** Runs in the page, before the page's own scripts. */
function record({ worklet, tapRate }: { worklet: string; tapRate: number }): void {
  const workletUrl = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }));
  const tap: TapWindow["parleyTap"] = { at: 0, pcm: [], marks: [] };
  Object.assign(window, { parleyTap: tap });
  let clock: () => number = () => 0;

  // oxlint-disable-next-line typescript/unbound-method -- always called on a node
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...to: unknown[]) => AudioNode;
  Object.assign(AudioNode.prototype, {
    connect(this: AudioNode, ...to: unknown[]): unknown {
      const result = connect.apply(this, to);
      if (to[0] instanceof AudioDestinationNode && this.context.sampleRate === tapRate)
        void listen(this, this.context as AudioContext);
      return result;
    },
  });

  async function listen(source: AudioNode, context: AudioContext): Promise<void> {
    clock = () => Math.round(context.currentTime * tapRate);
    await context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(context, "tap", { outputChannelCount: [1] });
    node.port.addEventListener("message", ({ data }) => tap.pcm.push(data));
    node.port.start();
    connect.call(source, node);
    connect.call(node, context.destination);
  }

  const Original = WebSocket;
  Object.assign(window, {
    WebSocket: class extends Original {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols ?? []);
        this.addEventListener("message", ({ data }) => mark(data));
      }
    },
  });

  function mark(frame: unknown): void {
    if (typeof frame !== "string") return void tap.marks.push({ kind: "audio", at: clock() });
    for (const kind of ["interrupted", "turnComplete"] as const)
      if (frame.includes(`"${kind}":true`)) tap.marks.push({ kind, at: clock() });
  }
}
