/** The emulator's command: starts it, says where it is, and stops it on Ctrl-C or SIGTERM. */
import { ArgumentError, readArguments } from "./arguments.ts";
import type { Arguments } from "./arguments.ts";
import { FileError, readRecordingFile, readScenarioFile } from "./files.ts";
import { helpText } from "./help.ts";
import type { ServerHandle } from "./listen.ts";
import { startReplay } from "./replay.ts";
import { startEmulator } from "./start.ts";

try {
  const options = readArguments(process.argv.slice(2), process.env);
  if (options.help) console.log(helpText);
  else await run(options);
} catch (problem) {
  if (!(problem instanceof ArgumentError)) throw problem;
  fail(problem.message);
}

async function run(options: Arguments): Promise<void> {
  const starting = start(options);
  // Stopped before it is ready, it has nobody to say goodbye to.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
  try {
    const { url } = await starting;
    console.log(`The Live API emulator listens on ${url}`);
  } catch (problem) {
    fail(problem instanceof FileError ? problem.message : explain(problem, options));
  }

  async function stop(): Promise<void> {
    const started = await Promise.race([starting, Promise.resolve(undefined)]).catch(
      () => undefined,
    );
    await started?.close();
    process.exit(0);
  }
}

async function start({ script, replay, ...options }: Arguments): Promise<ServerHandle> {
  if (replay !== undefined)
    return startReplay({ ...options, recording: await readRecordingFile(replay) });
  const scenario = script === undefined ? {} : { scenario: await readScenarioFile(script) };
  return startEmulator({ ...options, ...scenario });
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

function explain(problem: unknown, { port, host }: Arguments): string {
  const code = problem instanceof Error && "code" in problem ? problem.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is taken: stop what listens there, or choose another with --port or EMULATOR_PORT.`;
    case "EACCES":
      return `Port ${port} may not be used by this user: choose one above 1023 with --port or EMULATOR_PORT.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `This machine has no address ${host}: choose another with --host.`;
    default:
      return `The emulator could not start: ${problem instanceof Error ? problem.message : String(problem)}`;
  }
}
