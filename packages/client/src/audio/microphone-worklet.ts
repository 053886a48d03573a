/** The microphone's AudioWorklet: resamples from the context's rate to 16 kHz and emits frames of PCM16. */
import { micSampleRate } from "../../../../src/wire/pcm.ts";
import { Resampler } from "../../../../src/wire/resampler.ts";
import { Framer } from "./framer.ts";

/** 40 ms at 16 kHz, one packet of Opus (docs/decisions/0005-client-audio.md). */
const frameSamples = 640;
/** Two seconds of frames in circulation: when the main thread stalls longer, speech is lost and memory stays bounded. */
const framesInCirculation = 50;

export interface MicrophoneFrame {
  readonly pcm: ArrayBuffer;
  /** When its last sample was captured, on the context's clock, in seconds. */
  readonly at: number;
}

class MicrophoneProcessor extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(Math.round(sampleRate), micSampleRate);
  readonly #framer = new Framer(frameSamples, framesInCirculation);
  #resampled = new Float32Array(0);
  /** Both reused for each message: the audio thread must not allocate. */
  readonly #transfer: Transferable[] = [];
  readonly #message: { pcm: ArrayBuffer; at: number } = { pcm: new ArrayBuffer(0), at: 0 };

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
    const capacity = this.#resampler.capacityFor(input.length);
    if (this.#resampled.length < capacity) this.#resampled = new Float32Array(capacity);
    const count = this.#resampler.push(input, this.#resampled);
    this.#framer.push(this.#resampled, count, this.#send);
    return true;
  }

  readonly #send = (frame: Int16Array<ArrayBuffer>): void => {
    this.#message.pcm = this.#transfer[0] = frame.buffer;
    this.#message.at = currentTime;
    this.port.postMessage(this.#message, this.#transfer);
  };
}

registerProcessor("parley-mic", MicrophoneProcessor);
