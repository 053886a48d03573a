/** The microphone's end on the audio thread: whatever the context's rate, out go frames of PCM16 at 16 kHz. */
import { Framer } from "./framer.ts";
import { Resampler } from "../../wire/resampler.ts";
import { micSampleRate } from "../../wire/pcm.ts";

/** 32 ms: 31 frames a second, and what voice activity detectors like to be fed. */
const frameSamples = 512;
/** Two seconds in circulation: a page that stalls longer loses speech, not memory. */
const frames = 64;

class MicProcessor extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(Math.round(sampleRate), micSampleRate);
  readonly #framer = new Framer(frameSamples, frames);
  #resampled = new Float32Array(0);
  readonly #transfer: Transferable[] = [];

  constructor() {
    super();
    this.port.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) =>
      this.#framer.release(new Int16Array(data)),
    );
    this.port.start();
  }

  process(inputs: Float32Array[][]): boolean {
    const input = inputs[0]?.[0];
    if (!input) return true;
    const room = this.#resampler.capacityFor(input.length);
    if (this.#resampled.length < room) this.#resampled = new Float32Array(room);
    const count = this.#resampler.push(input, this.#resampled);
    this.#framer.push(this.#resampled, count, this.#send);
    return true;
  }

  readonly #send = (frame: Int16Array<ArrayBuffer>): void => {
    this.#transfer[0] = frame.buffer;
    this.port.postMessage(frame.buffer, this.#transfer);
  };
}

registerProcessor("parley-mic", MicProcessor);
