/** The browser's fake microphone: a WAV file that the browser plays whenever a page opens the microphone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWav } from "../../support/wav.ts";

/** Silence around the recording: the browser drops the beginning of the file. */
const leadInSeconds = 1.5;
const leadOutSeconds = 2;

export class Microphone {
  readonly #folder = mkdtempSync(join(tmpdir(), "parley-mic-"));
  readonly path = join(this.#folder, "mic.wav");

  constructor() {
    this.silence();
  }

  silence(): void {
    this.record(new Int16Array(0), 16_000);
  }

  /** @param samples mono, at `rate`. */
  record(samples: Int16Array, rate: number): void {
    const padded = new Int16Array(samples.length + (leadInSeconds + leadOutSeconds) * rate);
    padded.set(samples, leadInSeconds * rate);
    writeWav(this.path, { rate, samples: padded });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
