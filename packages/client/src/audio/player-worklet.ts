/** The player's AudioWorklet: plays received samples through a jitter buffer and drops them on "clear". */
import { JitterBuffer } from "./jitter-buffer.ts";

/** PCM16 samples to play, or "clear": drop everything sent before. */
export type PlayerWorkletCommand = ArrayBuffer | "clear";

/** Sent whenever playback starts or stops. */
export interface PlayerWorkletEvent {
  readonly playing: boolean;
}

class PlayerProcessor extends AudioWorkletProcessor {
  readonly #buffer = new JitterBuffer({ rate: sampleRate, capacitySeconds: 240, prebufferMs: 80 });
  #reportedPlaying = false;

  constructor() {
    super();
    this.port.addEventListener("message", ({ data }: MessageEvent<PlayerWorkletCommand>) => {
      if (data === "clear") this.#buffer.clear();
      else this.#buffer.push(new Int16Array(data));
    });
    this.port.start();
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]?.[0];
    if (out) this.#buffer.render(out);
    if (this.#reportedPlaying !== this.#buffer.playing) this.#report(this.#buffer.playing);
    return true;
  }

  #report(playing: boolean): void {
    this.#reportedPlaying = playing;
    this.port.postMessage({ playing } satisfies PlayerWorkletEvent);
  }
}

registerProcessor("parley-player", PlayerProcessor);
