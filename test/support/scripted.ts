/**
 * Scripted ports for the emulator's core: ears that hear what a script says, a voice that hums, a brain that reads
 * its lines, a clock that is told the time, and seeded dice. No platform: workerd's tests use them, too.
 */
import type {
  Brain,
  Clock,
  SpeechRecognizer,
  SpeechStream,
  Ports,
  Random,
  ReplyContext,
  Step,
  Timer,
  SpeechSynthesizer,
} from "../../src/emulator/core/ports.ts";

/** Everything, with handles on what a test wants to steer. */
export interface ScriptedPorts extends Ports {
  readonly recognizer: ScriptedRecognizer;
  readonly synthesizer: ScriptedSynthesizer;
  readonly brain: ScriptedBrain;
  readonly clock: VirtualClock;
}

export function scriptedPorts(seed = 1): ScriptedPorts {
  return {
    recognizer: new ScriptedRecognizer(),
    synthesizer: new ScriptedSynthesizer(),
    brain: new ScriptedBrain(),
    clock: new VirtualClock(),
    random: createRandom(seed),
  };
}

/** mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Louder than this, on average, a window counts as speech. */
const LOUD = 0.01;

/** A window holds speech when it is not silent; the words come from a queue, then from `otherwise`. */
export class ScriptedRecognizer implements SpeechRecognizer {
  /** What the next utterances say. */
  readonly transcripts: string[] = [];
  otherwise = "hello";
  /** Utterances asked about, in samples. */
  readonly asked: number[] = [];
  /** Hearings that are not closed. */
  open = 0;
  /** Held back until `release`, when set. */
  slow = false;
  readonly #held: (() => void)[] = [];

  openStream(): SpeechStream {
    this.open++;
    return {
      speechProbability: (window) => Promise.resolve(loudness(window) > LOUD ? 0.95 : 0.02),
      transcribe: async (utterance) => {
        this.asked.push(utterance.length);
        if (this.slow) await new Promise<void>((resolve) => this.#held.push(resolve));
        return this.transcripts.shift() ?? this.otherwise;
      },
      close: () => void this.open--,
    };
  }

  release(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

function loudness(window: Float32Array): number {
  return window.reduce((total, sample) => total + Math.abs(sample), 0) / window.length;
}

/** A tone, so long for each word. */
export class ScriptedSynthesizer implements SpeechSynthesizer {
  msPerWord = 250;
  /** What it was asked to say. */
  readonly synthesized: { readonly sentence: string; readonly name: string }[] = [];

  synthesize(sentence: string, name: string): Promise<Int16Array> {
    this.synthesized.push({ sentence, name });
    const words = sentence.split(/\s+/).filter((word) => word !== "").length;
    return Promise.resolve(tone(words * this.msPerWord, 24_000));
  }
}

export type ScriptedReply =
  | readonly Step[]
  | ((scene: ReplyContext) => readonly Step[] | Promise<readonly Step[]>);

/**
 * Each reply is the next of its lines; with none left, it echoes what was said. A reply that is asked for again, since
 * it was thrown away, has the same line.
 */
export class ScriptedBrain implements Brain {
  readonly replies: ScriptedReply[] = [];
  /** The scenes it was shown: of each reply the last. */
  readonly contexts: ReplyContext[] = [];
  /** How often it was asked, for replies that were thrown away, too. */
  asked = 0;
  readonly #given: ScriptedReply[] = [];

  async *reply(scene: ReplyContext): AsyncIterable<Step> {
    this.asked++;
    const again = this.contexts.findIndex(
      (s) => s.session === scene.session && s.turn === scene.turn,
    );
    const at = again < 0 ? this.contexts.length : again;
    this.contexts[at] = scene;
    const next = (this.#given[at] ??= this.replies.shift() ?? echo);
    yield* typeof next === "function" ? await next(scene) : next;
  }
}

function echo(scene: ReplyContext): Step[] {
  const text = scene.history.at(-1)?.parts?.find((part) => part.text !== undefined)?.text;
  return [{ say: `You said: ${text ?? "nothing"}.` }];
}

interface Armed extends Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Stands still until it is advanced; then runs what falls due, in order. */
export class VirtualClock implements Clock {
  #now: number;
  #armed: Armed[] = [];

  constructor(start = 1_800_000_000_000) {
    this.#now = start;
  }

  /** Timers armed now. */
  get armedTimers(): number {
    return this.#armed.length;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): Timer {
    const timer: Armed = {
      at: this.#now + ms,
      run: then,
      cancel: () => {
        this.#armed = this.#armed.filter((other) => other !== timer);
      },
    };
    // After those of the same instant: first armed, first run.
    const later = this.#armed.findIndex((other) => other.at > timer.at);
    this.#armed.splice(later < 0 ? this.#armed.length : later, 0, timer);
    return timer;
  }

  /** Lets time pass; between timers, everything that waits for a promise gets its turn. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#armed[0]; next !== undefined && next.at <= end; next = this.#armed[0]) {
      this.#armed.shift();
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = end;
  }
}

/** Waits until all promises that can settle have settled: a turn of the event loop, by the quickest way there is. */
export async function settle(): Promise<void> {
  const { setImmediate: soon = (then: () => void) => setTimeout(then, 0) } = globalThis as {
    setImmediate?: (then: () => void) => unknown;
  };
  await new Promise<void>((resolve) => void soon(resolve));
}

/** A sine, loud enough for anybody. */
export function tone(ms: number, rate = 16_000, hertz = 220): Int16Array {
  return Int16Array.from({ length: Math.round((ms * rate) / 1000) }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hertz * i) / rate)),
  );
}

export function silence(ms: number, rate = 16_000): Int16Array {
  return new Int16Array(Math.round((ms * rate) / 1000));
}
