/** The globals of AudioWorkletGlobalScope, which lib.dom lacks. */

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(
  name: string,
  processor: new () => AudioWorkletProcessor & {
    process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
  },
): void;

/** Of the AudioContext, samples per second. */
declare const sampleRate: number;

/** Of the AudioContext, the time of the block that is processed, in seconds. */
declare const currentTime: number;
