/** The files of the command line: read and checked whole, and refused in one sentence that names the file. */
import { readFile } from "node:fs/promises";
import { type Entry, readRecording } from "../core/recording.ts";
import { readScenario, type Scenario } from "../core/scenario.ts";

/** What is wrong with a file, in one sentence. */
export class BadFile extends Error {}

/** @throws BadFile */
export function readScript(path: string): Promise<Scenario> {
  return reading(path, (text) => readScenario(JSON.parse(text)));
}

/** @throws BadFile */
export function readReplay(path: string): Promise<readonly Entry[]> {
  return reading(path, (text) => {
    const entries = readRecording(text);
    if (entries.length === 0) throw new Error("nothing is recorded in it.");
    return entries;
  });
}

async function reading<Value>(path: string, read: (text: string) => Value): Promise<Value> {
  const text = await readFile(path, "utf8").catch((problem: unknown) => refuse(path, problem));
  try {
    return read(text);
  } catch (problem) {
    return refuse(path, problem);
  }
}

/** @throws BadFile, always. */
export function refuse(path: string, problem: unknown): never {
  throw new BadFile(`${path}: ${sentence(problem)}`);
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
