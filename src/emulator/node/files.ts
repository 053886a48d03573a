/** Reads and validates the files named on the command line; errors name the file in one sentence. */
import { readFile } from "node:fs/promises";
import { type RecordingEntry, parseRecording } from "../core/recording.ts";
import { readScenario, type Scenario } from "../core/scenario.ts";

/** The message describes the error in one sentence. */
export class FileError extends Error {}

/** @throws FileError */
export function readScenarioFile(path: string): Promise<Scenario> {
  return readAndParse(path, (text) => readScenario(JSON.parse(text)));
}

/** @throws FileError */
export function readRecordingFile(path: string): Promise<readonly RecordingEntry[]> {
  return readAndParse(path, (text) => {
    const entries = parseRecording(text);
    if (entries.length === 0) throw new Error("nothing is recorded in it.");
    return entries;
  });
}

async function readAndParse<Value>(path: string, read: (text: string) => Value): Promise<Value> {
  const text = await readFile(path, "utf8").catch((error: unknown) => throwFileError(path, error));
  try {
    return read(text);
  } catch (error) {
    return throwFileError(path, error);
  }
}

/** @throws FileError, always. */
export function throwFileError(path: string, error: unknown): never {
  throw new FileError(`${path}: ${describeError(error)}`);
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof SyntaxError) return `that is not JSON: ${error.message}.`;
  switch ("code" in error ? error.code : undefined) {
    case "ENOENT":
      return "there is no such file, or no such folder.";
    case "EISDIR":
      return "that is a folder.";
    case "EACCES":
      return "this user may not open it.";
    default:
      return error.message;
  }
}
