/** The player's AudioWorklet: plays received samples through a jitter buffer. */
import { JitterBuffer } from "./jitter-buffer.ts";

/**
 * PCM16 samples to play. "clear": drop everything sent before. "end": the utterance is complete. "hold": fall silent and
 * keep everything, until "release".
 */
export type PlayerWorkletCommand = ArrayBuffer | "clear" | "end" | "hold" | "release";

export interface PlaybackStatistics {
  /** How much is buffered before playback starts, by the measured jitter. */
  readonly targetMs: number;
  /** How often playback ran dry within an utterance. */
  readonly underruns: number;
  /** Samples that found no place. */
  readonly dropped: number;
}

/** Sent whenever playback starts or stops. */
export interface PlayerWorkletEvent extends PlaybackStatistics {
  readonly playing: boolean;
}

class PlayerProcessor extends AudioWorkletProcessor {
  readonly #buffer = new JitterBuffer({ rate: sampleRate, capacitySeconds: 240 });
  #reportedPlaying = false;

  constructor() {
    super();
    this.port.addEventListener("message", ({ data }: MessageEvent<PlayerWorkletCommand>) => {
      if (typeof data === "string") this.#buffer[data]();
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
    const { targetMs, underruns, dropped } = this.#buffer;
    this.port.postMessage({ playing, targetMs, underruns, dropped } satisfies PlayerWorkletEvent);
  }
}

registerProcessor("parley-player", PlayerProcessor);
