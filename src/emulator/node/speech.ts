/**
 * Speech recognition and synthesis on worker threads: one thread detects speech, one recognizes and synthesizes, with a
 * fair queue in front of each.
 *
 * ```
 * speechProbability(window) ─► queue, batches of 16 ─► detector thread (Silero)
 * transcribe(utterance) ─► queue, priority 0 ┐
 * synthesize(sentence) ──► queue, priority 1 ┴──────► speech thread (Moonshine, Flite)
 * ```
 */
import type {
  CancelSignal,
  SpeechRecognizer,
  SpeechStream,
  SpeechSynthesizer,
} from "../core/ports.ts";
import { concatSamples } from "../core/speech/pcm.ts";
import type { DetectorJob } from "./ears/detector-thread.ts";
import { windowSamples } from "./ears/window.ts";
import { splitUtterance } from "./ears/utterance.ts";
import type { SpeechResult, SpeechJob } from "./speech-thread.ts";
import { ThreadQueue } from "./threads/thread-queue.ts";
import type { ThreadQueueStats } from "./threads/thread-queue.ts";
import { OverloadReporter } from "./threads/overload.ts";
import { WorkerThread } from "./threads/worker-thread.ts";
import { splitText, normalizeText } from "./voice/normalize-text.ts";

interface SpeechOptions {
  now: (this: void) => number;
  /** Receives one sentence about each failure; never transcripts or texts. */
  log(line: string): void;
}

interface SpeechStats {
  /** Open recognizer streams. */
  readonly hearings: number;
  readonly detector: ThreadQueueStats;
  /** By priority: recognition, then synthesis. */
  readonly speech: ThreadQueueStats;
  /** Whether any job has ever waited long enough to delay a session. */
  readonly couldNotKeepUp: boolean;
}

export interface SpeechService {
  readonly recognizer: SpeechRecognizer;
  readonly synthesizer: SpeechSynthesizer;
  /** Settles when both threads have loaded their models. */
  readonly ready: Promise<void>;
  stats(): SpeechStats;
  close(): Promise<void>;
}

/** The longest wait before a job counts as late. A real-time stream sends a window every 32 ms. */
const maxWait = {
  window: { ms: 500, msPerOwn: 8 },
  speech: { ms: 1500, msPerOwn: 1500 },
};
/** Windows that the detector processes together. */
const DETECTOR_BATCH_SIZE = 16;
const RECOGNITION_PRIORITY = 0;
const SYNTHESIS_PRIORITY = 1;

export function openSpeechService(options: SpeechOptions): SpeechService {
  return new NodeSpeechService(options);
}

class NodeSpeechService implements SpeechService {
  readonly ready: Promise<void>;
  readonly recognizer: SpeechRecognizer = { openStream: () => this.#openStream() };
  readonly synthesizer: SpeechSynthesizer = {
    synthesize: (sentence, name, reply) => this.#synthesize(sentence, name, reply),
  };
  readonly #options: SpeechOptions;
  readonly #overload: OverloadReporter;
  readonly #detectorThread = new WorkerThread<DetectorJob, Float32Array>(
    new URL("./ears/detector-thread.ts", import.meta.url),
  );
  readonly #speechThread = new WorkerThread<SpeechJob, SpeechResult>(
    new URL("./speech-thread.ts", import.meta.url),
  );
  readonly #detectorQueue: ThreadQueue<number, { streamId: number; window: Float32Array }, number>;
  readonly #speechQueue: ThreadQueue<unknown, SpeechJob, SpeechResult>;
  readonly #streams = new Set<number>();
  #lastStreamId = 0;
  #closed = false;

  constructor(options: SpeechOptions) {
    this.#options = options;
    this.#overload = new OverloadReporter((line) => options.log(line));
    this.ready = this.#load();
    const shared = {
      now: options.now,
      failed: (error: unknown) => this.#failed(error),
      late: (waited: number) => this.#overload.late(waited),
    };
    this.#detectorQueue = new ThreadQueue({
      ...shared,
      ready: this.#detectorThread.ready,
      batchSize: DETECTOR_BATCH_SIZE,
      priorities: 1,
      maxWait: maxWait.window,
      process: async (batch) => [...(await this.#detect(batch))],
    });
    this.#speechQueue = new ThreadQueue({
      ...shared,
      ready: this.#speechThread.ready,
      batchSize: 1,
      priorities: 2,
      maxWait: maxWait.speech,
      process: (batch) => Promise.all(batch.map((request) => this.#speechThread.request(request))),
    });
  }

  stats(): SpeechStats {
    return {
      hearings: this.#streams.size,
      detector: this.#detectorQueue.stats(),
      speech: this.#speechQueue.stats(),
      couldNotKeepUp: this.#overload.reported,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#detectorThread.close(), this.#speechThread.close()]);
  }

  async #load(): Promise<void> {
    await Promise.all([this.#detectorThread.ready, this.#speechThread.ready]);
  }

  #openStream(): SpeechStream {
    const streamId = (this.#lastStreamId += 1);
    this.#streams.add(streamId);
    return {
      speechProbability: (window) =>
        // Copied: the caller may reuse its window before the job runs.
        this.#detectorQueue.submit(streamId, 0, {
          request: { streamId, window: window.slice(0, windowSamples) },
          fallback: 0,
        }),
      transcribe: (utterance, signal) => this.#transcribe(streamId, utterance, signal),
      close: () => this.#closeStream(streamId),
    };
  }

  #detect(batch: readonly { streamId: number; window: Float32Array }[]): Promise<Float32Array> {
    const windows = new Float32Array(batch.length * windowSamples);
    for (const [i, { window }] of batch.entries()) windows.set(window, i * windowSamples);
    const streamIds = batch.map(({ streamId }) => streamId);
    return this.#detectorThread.request({ streamIds, windows }, [windows.buffer]);
  }

  async #transcribe(
    streamId: number,
    utterance: Int16Array,
    signal?: CancelSignal,
  ): Promise<string> {
    const isWanted = () => this.#streams.has(streamId) && signal?.aborted !== true;
    const transcripts = await Promise.all(
      splitUtterance(utterance).map((piece) =>
        this.#speechQueue.submit(streamId, RECOGNITION_PRIORITY, {
          request: { utterance: piece },
          fallback: "",
          isWanted,
        }),
      ),
    );
    return transcripts.filter((text) => text !== "").join(" ");
  }

  /** `reply` owns the jobs in the queue, so that replies share the thread fairly. */
  async #synthesize(sentence: string, name: string, reply: CancelSignal = { aborted: false }) {
    const isWanted = () => !reply.aborted;
    const fallback = new Int16Array(0);
    const pieces = await Promise.all(
      splitText(normalizeText(sentence)).map((say) =>
        this.#speechQueue.submit(reply, SYNTHESIS_PRIORITY, {
          request: { say, voice: name },
          fallback,
          isWanted,
        }),
      ),
    );
    return concatSamples(pieces.filter((samples) => samples instanceof Int16Array));
  }

  #closeStream(streamId: number): void {
    if (!this.#streams.delete(streamId)) return;
    this.#detectorQueue.removeOwner(streamId);
    this.#speechQueue.removeOwner(streamId);
    this.#detectorThread
      .request({ closeStream: streamId })
      .catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log(`speech work failed: ${reason}`);
  }
}
