/** Keeps what travels, a line of JSON a frame, in a file that grows. What is spoken is in it; keys never are. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type RecordingEntry, formatEntry } from "../core/recording.ts";
import { throwFileError } from "./files.ts";

export interface Recorder {
  write(entry: RecordingEntry): void;
  /** Settles when all is written. */
  close(): Promise<void>;
}

/**
 * Appends to the file, or begins it. A disk that fails later ends the recording, and nothing else.
 * @throws BadFile
 */
export async function openRecorder(path: string, log: (line: string) => void): Promise<Recorder> {
  const file = createWriteStream(path, { flags: "a", mode: 0o600 });
  await once(file, "open").catch((problem: unknown) => throwFileError(path, problem));
  file.on("error", ({ message }) => log(`the recording has ended: ${message}`));
  return {
    write: (entry) => void (file.writable && file.write(formatEntry(entry))),
    close: () =>
      new Promise((resolve) => {
        if (file.closed) return resolve();
        file.once("close", resolve);
        file.end();
      }),
  };
}
