/** The voice detector's worker, as the page sees it. */
import type { VoiceAnswer, VoiceRequest } from "./voice-worker.ts";

interface VoiceDetectorEvents {
  /** A frame of the microphone, and the probability that it is speech. In the order of the frames. */
  readonly verdict: (pcm: ArrayBuffer, probability: number) => void;
  /** No more verdicts will come. */
  readonly failed: () => void;
}

/** Loading takes seconds on a slow network; longer is taken for a failure. */
const openTimeoutMs = 60_000;

export class VoiceDetector {
  readonly #worker: Worker;

  private constructor(worker: Worker, events: VoiceDetectorEvents) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<VoiceAnswer>) => {
      if (data.type === "verdict") events.verdict(data.pcm, data.probability);
      if (data.type === "failed") events.failed();
    });
  }

  /** @param url of the worker's script, on the page's own origin. Rejects if it cannot be loaded. */
  static async open(url: string, events: VoiceDetectorEvents): Promise<VoiceDetector> {
    const worker = new Worker(trustedUrl(url) as string, { type: "module" });
    try {
      await ready(worker);
      return new VoiceDetector(worker, events);
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  /** @param pcm goes to the worker, and comes back with the verdict. */
  detect(pcm: VoiceRequest): void {
    this.#worker.postMessage(pcm, [pcm]);
  }

  close(): void {
    this.#worker.terminate();
  }
}

function ready(worker: Worker): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error("it did not load in time")), openTimeoutMs);
    worker.addEventListener("error", ({ message }) => reject(new Error(message)), { once: true });
    worker.addEventListener(
      "message",
      ({ data }: MessageEvent<VoiceAnswer>) => {
        if (data.type === "failed") reject(new Error(data.message));
        else resolve();
      },
      { once: true },
    );
  }).finally(() => clearTimeout(timer));
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): unknown;
  };
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

/** Where a page requires trusted types, its policy must allow the name `parley`. */
function trustedUrl(url: string): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  policy ??= trustedTypes.createPolicy("parley", { createScriptURL: (each) => each });
  return policy.createScriptURL(url);
}
