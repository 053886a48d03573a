/** Records frames as JSON lines in a file. It holds transcripts and audio, never keys. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type RecordingEntry, formatEntry } from "../core/recording.ts";
import { throwFileError } from "./files.ts";

interface Recorder {
  write(entry: RecordingEntry): void;
  /** Settles when all entries are written. */
  close(): Promise<void>;
}

/**
 * Creates the file or appends to it. A later disk error ends the recording and nothing else.
 * @throws FileError
 */
export async function openRecorder(path: string, log: (line: string) => void): Promise<Recorder> {
  const file = createWriteStream(path, { flags: "a", mode: 0o600 });
  await once(file, "open").catch((error: unknown) => throwFileError(path, error));
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
