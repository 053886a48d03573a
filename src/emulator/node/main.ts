/** The emulator's command: starts it, prints its URL, and stops it on Ctrl-C or SIGTERM. */
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
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  fail(error.message);
}

async function run(options: Arguments): Promise<void> {
  const startup = start(options);
  // Before startup completes there are no clients to close.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
  try {
    const { url } = await startup;
    console.log(`The Live API emulator listens on ${url}`);
  } catch (error) {
    fail(error instanceof FileError ? error.message : explain(error, options));
  }

  async function stop(): Promise<void> {
    const started = await Promise.race([startup, Promise.resolve(undefined)]).catch(
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
  // To stderr: scripts read the URL from stdout.
  const onListening = () =>
    console.error("The Live API emulator is loading its speech models, which takes some seconds.");
  return startEmulator({ ...options, ...scenario, onListening });
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

function explain(error: unknown, { port, host }: Arguments): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is taken: stop what listens there, or choose another with --port or EMULATOR_PORT.`;
    case "EACCES":
      return `Port ${port} may not be used by this user: choose one above 1023 with --port or EMULATOR_PORT.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `This machine has no address ${host}: choose another with --host.`;
    default:
      return `The emulator could not start: ${error instanceof Error ? error.message : String(error)}`;
  }
}
