/** The files of the command line: read and checked whole, and refused in one sentence that names the file. */
import { readFile } from "node:fs/promises";
import { type RecordingEntry, parseRecording } from "../core/recording.ts";
import { readScenario, type Scenario } from "../core/scenario.ts";

/** What is wrong with a file, in one sentence. */
export class FileError extends Error {}

/** @throws BadFile */
export function readScenarioFile(path: string): Promise<Scenario> {
  return reading(path, (text) => readScenario(JSON.parse(text)));
}

/** @throws BadFile */
export function readRecordingFile(path: string): Promise<readonly RecordingEntry[]> {
  return reading(path, (text) => {
    const entries = parseRecording(text);
    if (entries.length === 0) throw new Error("nothing is recorded in it.");
    return entries;
  });
}

async function reading<Value>(path: string, read: (text: string) => Value): Promise<Value> {
  const text = await readFile(path, "utf8").catch((problem: unknown) =>
    throwFileError(path, problem),
  );
  try {
    return read(text);
  } catch (problem) {
    return throwFileError(path, problem);
  }
}

/** @throws BadFile, always. */
export function throwFileError(path: string, problem: unknown): never {
  throw new FileError(`${path}: ${sentence(problem)}`);
}

function sentence(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  if (problem instanceof SyntaxError) return `that is not JSON: ${problem.message}.`;
  switch ("code" in problem ? problem.code : undefined) {
    case "ENOENT":
      return "there is no such file, or no such folder.";
    case "EISDIR":
      return "that is a folder.";
    case "EACCES":
      return "this user may not open it.";
    default:
      return problem.message;
  }
}
