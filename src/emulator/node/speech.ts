/**
 * Real ears and a real voice for the emulator: a thread that detects speech, a thread that recognises
 * and speaks, and a fair queue in front of each.
 *
 * ```
 *  speech(window) ─► lane, 16 hearings abreast ─► detector thread (Silero)
 *  words(utterance) ─► lane, rank 0 ┐
 *  say(sentence) ────► lane, rank 1 ┴──────────► speech thread (Moonshine, Flite)
 * ```
 */
import type {
  CancelSignal,
  SpeechRecognizer,
  SpeechStream,
  SpeechSynthesizer,
} from "../core/ports.ts";
import type { DetectorJob } from "./ears/detector-thread.ts";
import { windowSamples } from "./ears/window.ts";
import { splitUtterance } from "./ears/utterance.ts";
import type { SpeechResult, SpeechJob } from "./speech-thread.ts";
import { ThreadQueue } from "./threads/thread-queue.ts";
import type { ThreadQueueStats } from "./threads/thread-queue.ts";
import { OverloadReporter } from "./threads/overload.ts";
import { WorkerThread } from "./threads/worker-thread.ts";
import { splitText, normalizeText } from "./voice/normalize-text.ts";

export interface SpeechOptions {
  now: (this: void) => number;
  /** Told in one sentence, without anybody's words, when something is amiss. */
  log(line: string): void;
}

export interface SpeechStats {
  /** Sessions being listened to. */
  readonly hearings: number;
  readonly detector: ThreadQueueStats;
  /** Ranks: recognition, then synthesis. */
  readonly speech: ThreadQueueStats;
  /** Whether work has ever had to wait so long that sessions were late. */
  readonly couldNotKeepUp: boolean;
}

export interface SpeechService {
  readonly recognizer: SpeechRecognizer;
  readonly synthesizer: NodeSynthesizer;
  /** Settles when both threads have loaded their models. */
  readonly ready: Promise<void>;
  stats(): SpeechStats;
  close(): Promise<void>;
}

/** The voice takes more than the port asks for: whose sentence it is, and whether it is still wanted. */
export interface NodeSynthesizer extends SpeechSynthesizer {
  /** @param reply shared by the sentences of one reply; work is shared out fairly between replies. */
  synthesize(sentence: string, name: string, reply?: CancelSignal): Promise<Int16Array>;
}

/** How long work may wait before it is late. A real-time listener has a window every 32 ms. */
const maxWait = {
  window: { ms: 500, msPerOwn: 8 },
  speech: { ms: 1500, msPerOwn: 1500 },
};
/** Windows that go through the detector's network together. */
const detectorBatchSize = 16;
const recognitionRank = 0;
const synthesisRank = 1;

export function openSpeechService(options: SpeechOptions): SpeechService {
  return new NodeSpeechService(options);
}

class NodeSpeechService implements SpeechService {
  readonly ready: Promise<void>;
  readonly recognizer: SpeechRecognizer = { openStream: () => this.#listen() };
  readonly synthesizer: NodeSynthesizer = {
    synthesize: (sentence, name, reply) => this.#say(sentence, name, reply),
  };
  readonly #options: SpeechOptions;
  readonly #overload: OverloadReporter;
  readonly #detector = new WorkerThread<DetectorJob, Float32Array>(
    new URL("./ears/detector-thread.ts", import.meta.url),
  );
  readonly #speaker = new WorkerThread<SpeechJob, SpeechResult>(
    new URL("./speech-thread.ts", import.meta.url),
  );
  readonly #windows: ThreadQueue<number, { hearing: number; window: Float32Array }, number>;
  readonly #speech: ThreadQueue<unknown, SpeechJob, SpeechResult>;
  readonly #hearings = new Set<number>();
  #last = 0;
  #closed = false;

  constructor(options: SpeechOptions) {
    this.#options = options;
    this.#overload = new OverloadReporter((line) => options.log(line));
    this.ready = this.#load();
    const shared = {
      now: options.now,
      failed: (problem: unknown) => this.#failed(problem),
      late: (waited: number) => this.#overload.late(waited),
    };
    this.#windows = new ThreadQueue({
      ...shared,
      ready: this.#detector.ready,
      batchSize: detectorBatchSize,
      ranks: 1,
      patience: maxWait.window,
      process: async (round) => [...(await this.#detect(round))],
    });
    this.#speech = new ThreadQueue({
      ...shared,
      ready: this.#speaker.ready,
      batchSize: 1,
      ranks: 2,
      patience: maxWait.speech,
      process: (round) => Promise.all(round.map((question) => this.#speaker.ask(question))),
    });
  }

  stats(): SpeechStats {
    return {
      hearings: this.#hearings.size,
      detector: this.#windows.stats(),
      speech: this.#speech.stats(),
      couldNotKeepUp: this.#overload.seen,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#detector.close(), this.#speaker.close()]);
  }

  async #load(): Promise<void> {
    await Promise.all([this.#detector.ready, this.#speaker.ready]);
  }

  #listen(): SpeechStream {
    const hearing = (this.#last += 1);
    this.#hearings.add(hearing);
    return {
      speechProbability: (window) =>
        // The caller may use its window again before its turn comes.
        this.#windows.submit(hearing, 0, {
          question: { hearing, window: window.slice(0, windowSamples) },
          fallback: 0,
        }),
      transcribe: (utterance, signal) => this.#words(hearing, utterance, signal),
      close: () => this.#forget(hearing),
    };
  }

  #detect(round: readonly { hearing: number; window: Float32Array }[]): Promise<Float32Array> {
    const windows = new Float32Array(round.length * windowSamples);
    for (const [i, { window }] of round.entries()) windows.set(window, i * windowSamples);
    const hearings = round.map(({ hearing }) => hearing);
    return this.#detector.ask({ hearings, windows }, [windows.buffer]);
  }

  async #words(hearing: number, utterance: Int16Array, signal?: CancelSignal): Promise<string> {
    const isWanted = () => this.#hearings.has(hearing) && signal?.aborted !== true;
    const heard = await Promise.all(
      splitUtterance(utterance).map((piece) =>
        this.#speech.submit(hearing, recognitionRank, {
          question: { utterance: piece },
          fallback: "",
          isWanted,
        }),
      ),
    );
    return heard.filter((words) => words !== "").join(" ");
  }

  async #say(sentence: string, name: string, reply: CancelSignal = { aborted: false }) {
    const isWanted = () => !reply.aborted;
    const fallback = new Int16Array(0);
    const spoken = await Promise.all(
      splitText(normalizeText(sentence)).map((say) =>
        this.#speech.submit(reply, synthesisRank, {
          question: { say, voice: name },
          fallback,
          isWanted,
        }),
      ),
    );
    return concatSamples(spoken.filter((samples) => samples instanceof Int16Array));
  }

  #forget(hearing: number): void {
    if (!this.#hearings.delete(hearing)) return;
    this.#windows.removeOwner(hearing);
    this.#speech.removeOwner(hearing);
    this.#detector.ask({ forget: hearing }).catch((problem: unknown) => this.#failed(problem));
  }

  #failed(problem: unknown): void {
    if (this.#closed) return;
    const reason = problem instanceof Error ? problem.message : String(problem);
    this.#options.log(`speech work failed: ${reason}`);
  }
}

function concatSamples(parts: readonly Int16Array[]): Int16Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
