/** Starts the whole emulator on this machine: the core, its real ears and voice, and the port. */
import { scriptBrain } from "../core/brain/scripted-brain.ts";
import { openEmulator, type EmulatorOptions } from "../core/emulator.ts";
import type { RecordingEntry } from "../core/recording.ts";
import type { Scenario } from "../core/scenario.ts";
import { chooseBrain } from "./brain.ts";
import { NodeClock } from "./clock.ts";
import { RecentFrames } from "./recent-frames.ts";
import { createDebugEndpoints } from "./debug-endpoints.ts";
import { listenOn, type ListenOptions, type ServerHandle } from "./listen.ts";
import { createRandom } from "./random.ts";
import { openRecorder } from "./recorder.ts";
import { openSpeechService, type SpeechService } from "./speech.ts";

export interface StartOptions extends ListenOptions {
  /** The same seed draws the same numbers; without one, every run is different. */
  readonly seed?: number;
  /** Text frames instead of binary ones. */
  readonly textFrames?: boolean;
  /** Frames without indentation. */
  readonly compactFrames?: boolean;
  /** A profile that answers for every model. */
  readonly profile?: string;
  /** What the model says, what goes wrong, and where the service leaves a choice. */
  readonly scenario?: Scenario;
  /** Times faster than it is that connections, handles and sessions age. */
  readonly speed?: number;
  /** A file to which all that travels is appended. */
  readonly record?: string;
  /** Told, in a line each, what goes wrong; never what is said or sent. */
  readonly log?: (line: string) => void;
}

export interface EmulatorHandle extends ServerHandle {
  /** The ears and voice it runs on, for tests that would otherwise load them twice. */
  readonly speech: SpeechService;
}

/**
 * Settles when it can be spoken to: about three seconds, spent loading models.
 * @throws BadFile when nothing can be recorded, and what Node's server throws when the port cannot be had.
 */
export async function startEmulator(options: StartOptions = {}): Promise<EmulatorHandle> {
  const { log = console.error, scenario } = options;
  const recorder =
    options.record === undefined ? undefined : await openRecorder(options.record, log);
  const latest = new RecentFrames();
  const speech = openSpeechService({ now: () => performance.now(), log });
  const clock = new NodeClock();
  const onEntry = (entry: RecordingEntry) => {
    latest.add(entry);
    recorder?.write(entry);
  };
  const ports = {
    recognizer: speech.recognizer,
    synthesizer: speech.synthesizer,
    brain: scenario?.script === undefined ? chooseBrain(process.env) : scriptBrain(scenario.script),
    clock,
    random: createRandom(options.seed),
  };
  const emulator = openEmulator(ports, { ...coreOptions(options, log), onEntry });
  const debugEndpoints = createDebugEndpoints({
    emulator,
    speech,
    clock,
    latest,
    sockets: () => port.sockets(),
  });
  const port = await listenOn(options, {
    connect: emulator.connect,
    handleHttp: emulator.handleHttp,
    debugEndpoints,
  }).catch(async (problem: unknown) => {
    await shut();
    throw problem;
  });
  await speech.ready;
  return { port: port.port, url: port.url, speech, close };

  async function close(): Promise<void> {
    await port.close();
    await shut();
  }

  async function shut(): Promise<void> {
    clock.close();
    await Promise.all([speech.close(), recorder?.close()]);
  }
}

function coreOptions(
  { profile, speed = 1, scenario, textFrames = false, compactFrames = false }: StartOptions,
  log: (line: string) => void,
): EmulatorOptions {
  return {
    ...scenario?.options,
    profile,
    speed,
    faults: scenario?.faults ?? [],
    framing: { text: textFrames, compact: compactFrames },
    onFailure: (problem) => log(`a session failed: ${String(problem)}`),
  };
}
