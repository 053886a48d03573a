/** The browser's microphone as a WAV file: what is written there is spoken at the next opening. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWav } from "../../support/wav.ts";

/** The browser opens the file late and drops a little of it. */
const leadInSeconds = 1.5;
const leadOutSeconds = 2;

export class Microphone {
  readonly #folder = mkdtempSync(join(tmpdir(), "parley-mic-"));
  readonly path = join(this.#folder, "mic.wav");

  constructor() {
    this.record(new Int16Array(0), 16_000);
  }

  /** @param samples mono, at `rate`; silence is put around them. */
  record(samples: Int16Array, rate: number): void {
    const padded = new Int16Array(samples.length + (leadInSeconds + leadOutSeconds) * rate);
    padded.set(samples, leadInSeconds * rate);
    writeWav(this.path, { rate, samples: padded });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
