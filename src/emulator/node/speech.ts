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
import type { Cancelled, Ears, Hearing, Voice } from "../core/ports.ts";
import type { DetectorQuestion } from "./ears/detector-thread.ts";
import { windowSamples } from "./ears/window.ts";
import { inPieces } from "./ears/utterance.ts";
import type { SpeechAnswer, SpeechQuestion } from "./speech-thread.ts";
import { Lane } from "./threads/lane.ts";
import type { LaneStats } from "./threads/lane.ts";
import { Overload } from "./threads/overload.ts";
import { Thread } from "./threads/thread.ts";
import { pieces, readable } from "./voice/readable.ts";

export interface SpeechOptions {
  now: (this: void) => number;
  /** Told in one sentence, without anybody's words, when something is amiss. */
  log(line: string): void;
}

export interface SpeechStats {
  /** Sessions being listened to. */
  readonly hearings: number;
  readonly detector: LaneStats;
  /** Ranks: recognition, then synthesis. */
  readonly speech: LaneStats;
  /** Whether work has ever had to wait so long that sessions were late. */
  readonly couldNotKeepUp: boolean;
}

export interface Speech {
  readonly ears: Ears;
  readonly voice: NodeVoice;
  /** Settles when both threads have loaded their models. */
  readonly ready: Promise<void>;
  stats(): SpeechStats;
  close(): Promise<void>;
}

/** The voice takes more than the port asks for: whose sentence it is, and whether it is still wanted. */
export interface NodeVoice extends Voice {
  /** @param reply shared by the sentences of one reply; work is shared out fairly between replies. */
  say(sentence: string, name: string, reply?: Cancelled): Promise<Int16Array>;
}

/** How long work may wait before it is late. A real-time listener has a window every 32 ms. */
const patience = {
  window: { ms: 500, msPerOwn: 8 },
  speech: { ms: 1500, msPerOwn: 1500 },
};
/** Windows that go through the detector's network together. */
const abreast = 16;
const recognition = 0;
const synthesis = 1;

export function openSpeech(options: SpeechOptions): Speech {
  return new NodeSpeech(options);
}

class NodeSpeech implements Speech {
  readonly ready: Promise<void>;
  readonly ears: Ears = { listen: () => this.#listen() };
  readonly voice: NodeVoice = { say: (sentence, name, reply) => this.#say(sentence, name, reply) };
  readonly #options: SpeechOptions;
  readonly #overload: Overload;
  readonly #detector = new Thread<DetectorQuestion, Float32Array>(
    new URL("./ears/detector-thread.ts", import.meta.url),
  );
  readonly #speaker = new Thread<SpeechQuestion, SpeechAnswer>(
    new URL("./speech-thread.ts", import.meta.url),
  );
  readonly #windows: Lane<number, { hearing: number; window: Float32Array }, number>;
  readonly #speech: Lane<unknown, SpeechQuestion, SpeechAnswer>;
  readonly #hearings = new Set<number>();
  #last = 0;
  #closed = false;

  constructor(options: SpeechOptions) {
    this.#options = options;
    this.#overload = new Overload((line) => options.log(line));
    this.ready = this.#load();
    const shared = {
      now: options.now,
      failed: (problem: unknown) => this.#failed(problem),
      late: (waited: number) => this.#overload.late(waited),
    };
    this.#windows = new Lane({
      ...shared,
      open: this.#detector.ready,
      width: abreast,
      ranks: 1,
      patience: patience.window,
      ask: async (round) => [...(await this.#detect(round))],
    });
    this.#speech = new Lane({
      ...shared,
      open: this.#speaker.ready,
      width: 1,
      ranks: 2,
      patience: patience.speech,
      ask: (round) => Promise.all(round.map((question) => this.#speaker.ask(question))),
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

  #listen(): Hearing {
    const hearing = (this.#last += 1);
    this.#hearings.add(hearing);
    return {
      speech: (window) =>
        // The caller may use its window again before its turn comes.
        this.#windows.ask(hearing, 0, {
          question: { hearing, window: window.slice(0, windowSamples) },
          nothing: 0,
        }),
      words: (utterance, signal) => this.#words(hearing, utterance, signal),
      close: () => this.#forget(hearing),
    };
  }

  #detect(round: readonly { hearing: number; window: Float32Array }[]): Promise<Float32Array> {
    const windows = new Float32Array(round.length * windowSamples);
    for (const [i, { window }] of round.entries()) windows.set(window, i * windowSamples);
    const hearings = round.map(({ hearing }) => hearing);
    return this.#detector.ask({ hearings, windows }, [windows.buffer]);
  }

  async #words(hearing: number, utterance: Int16Array, signal?: Cancelled): Promise<string> {
    const wanted = () => this.#hearings.has(hearing) && signal?.aborted !== true;
    const heard = await Promise.all(
      inPieces(utterance).map((piece) =>
        this.#speech.ask(hearing, recognition, {
          question: { utterance: piece },
          nothing: "",
          wanted,
        }),
      ),
    );
    return heard.filter((words) => words !== "").join(" ");
  }

  async #say(sentence: string, name: string, reply: Cancelled = { aborted: false }) {
    const wanted = () => !reply.aborted;
    const nothing = new Int16Array(0);
    const spoken = await Promise.all(
      pieces(readable(sentence)).map((say) =>
        this.#speech.ask(reply, synthesis, { question: { say, voice: name }, nothing, wanted }),
      ),
    );
    return joined(spoken.filter((samples) => samples instanceof Int16Array));
  }

  #forget(hearing: number): void {
    if (!this.#hearings.delete(hearing)) return;
    this.#windows.drop(hearing);
    this.#speech.drop(hearing);
    this.#detector.ask({ forget: hearing }).catch((problem: unknown) => this.#failed(problem));
  }

  #failed(problem: unknown): void {
    if (this.#closed) return;
    const reason = problem instanceof Error ? problem.message : String(problem);
    this.#options.log(`speech work failed: ${reason}`);
  }
}

function joined(parts: readonly Int16Array[]): Int16Array {
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
