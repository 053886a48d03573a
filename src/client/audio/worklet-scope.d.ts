/** The globals of the audio thread (Web Audio: AudioWorkletGlobalScope), which lib.dom leaves out. */

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(
  name: string,
  processor: new () => AudioWorkletProcessor & {
    process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
  },
): void;

/** The context's rate, samples per second. */
declare const sampleRate: number;
