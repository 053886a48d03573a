/** Sends a recording as a microphone would: each frame when its last sample has been spoken. */

export interface SpeakerOptions {
  /** Samples per second. */
  readonly rate?: number;
  /** Milliseconds per frame. */
  readonly frame?: number;
  /** Milliseconds of silence after the speech, which lets a recognizer detect its end. */
  readonly silence?: number;
  /** Ends the silence early. */
  readonly signal?: AbortSignal;
}

export interface Speaking {
  /** When the last sample of speech was sent, on the process's monotonic clock, ms. */
  readonly spoken: Promise<number>;
  /** Settles when the silence has been sent, too. */
  readonly done: Promise<void>;
}

/** Sends frames in real time without drift: each at its time from the start, not at a delay after the one before. */
export function speak(
  samples: Int16Array,
  send: (frame: Int16Array) => void,
  options: SpeakerOptions = {},
): Speaking {
  const { rate = 16_000, frame = 20, silence = 2000, signal } = options;
  const size = Math.round((rate * frame) / 1000);
  const count = Math.ceil(samples.length / size);
  const began = performance.now();
  const run = async (from: number, to: number) => {
    for (let i = from; i < to; i += 1) {
      if (signal?.aborted === true) break;
      await until(began + (i + 1) * frame);
      send(frameAt(samples, i * size, size));
    }
    return performance.now();
  };
  const spoken = run(0, count);
  const finish = async () => {
    await spoken;
    await run(count, count + Math.ceil(silence / frame));
  };
  return { spoken, done: finish() };
}

/** Whole frames: the last one is padded with silence. */
function frameAt(samples: Int16Array, at: number, size: number): Int16Array {
  const frame = new Int16Array(size);
  frame.set(samples.subarray(at, at + size));
  return frame;
}

function until(time: number): Promise<void> {
  const wait = time - performance.now();
  return wait <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, wait));
}
