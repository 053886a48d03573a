/** Starts the complete emulator: the core, speech recognition and synthesis, and the server. */
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

interface StartOptions extends ListenOptions {
  /** The same seed yields the same random numbers; random by default. */
  readonly seed?: number;
  /** Sends text frames instead of binary ones. */
  readonly textFrames?: boolean;
  /** Sends frames without indentation. */
  readonly compactFrames?: boolean;
  /** A profile that answers for every model. */
  readonly profile?: string;
  /** Scripted replies, faults and options for behaviour that the service leaves open. */
  readonly scenario?: Scenario;
  /** Factor by which connections, handles and sessions age faster than real time. */
  readonly speed?: number;
  /** A file to which all frames are appended. */
  readonly record?: string;
  /** Receives a line about each failure; never content of a conversation. */
  readonly log?: (line: string) => void;
  /** Called when the port is bound, before the models are loaded. */
  readonly onListening?: () => void;
}

export interface EmulatorHandle extends ServerHandle {
  /** Exposed for tests, which would otherwise load the models twice. */
  readonly speech: SpeechService;
}

/**
 * Settles when the emulator accepts sessions: about three seconds, spent loading models.
 * @throws FileError when the recording cannot be opened, and the error of Node's server when it cannot bind the port.
 */
export async function startEmulator(options: StartOptions = {}): Promise<EmulatorHandle> {
  const { log = console.error, scenario } = options;
  const recorder =
    options.record === undefined ? undefined : await openRecorder(options.record, log);
  const recentFrames = new RecentFrames();
  const speech = openSpeechService({ now: () => performance.now(), log });
  const clock = new NodeClock();
  const onEntry = (entry: RecordingEntry) => {
    recentFrames.add(entry);
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
    recentFrames,
    sockets: () => port.sockets(),
  });
  const port = await listenOn(options, {
    connect: emulator.connect,
    handleHttp: emulator.handleHttp,
    debugEndpoints,
  }).catch(async (error: unknown) => {
    await closeResources();
    throw error;
  });
  options.onListening?.();
  await speech.ready;
  return { port: port.port, url: port.url, speech, close };

  async function close(): Promise<void> {
    await port.close();
    await closeResources();
  }

  async function closeResources(): Promise<void> {
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
    onFailure: (error) => log(`a session failed: ${String(error)}`),
  };
}
