/** The loudspeaker's end on the audio thread: plays what it is sent, falls silent when told to cut. */
import { JitterBuffer } from "./jitter-buffer.ts";

/** Samples to play, or the order to drop all that was sent before. */
export type PlayerWorkletCommand = ArrayBuffer | "cut";

/** Sent when speech starts and when it stops. */
export interface PlayerWorkletEvent {
  readonly playing: boolean;
}

class PlayerProcessor extends AudioWorkletProcessor {
  readonly #playout = new JitterBuffer({ rate: sampleRate, capacitySeconds: 240, prebufferMs: 80 });
  #playing = false;

  constructor() {
    super();
    this.port.addEventListener("message", ({ data }: MessageEvent<PlayerWorkletCommand>) => {
      if (data === "cut") this.#playout.clear();
      else this.#playout.push(new Int16Array(data));
    });
    this.port.start();
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]?.[0];
    if (out) this.#playout.render(out);
    if (this.#playing !== this.#playout.playing) this.#tell(this.#playout.playing);
    return true;
  }

  #tell(playing: boolean): void {
    this.#playing = playing;
    this.port.postMessage({ playing } satisfies PlayerWorkletEvent);
  }
}

registerProcessor("parley-player", PlayerProcessor);
