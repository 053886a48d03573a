/**
 * Scripted ports for the emulator's core: a recognizer with scripted transcripts, a synthesizer that emits tones, a
 * brain with scripted replies, a virtual clock and a seeded random source. Uses no platform: tests in workerd use it,
 * too.
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

/** All ports, with access to what a test controls. */
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

/** mulberry32: small, and the same on every platform. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A window whose mean magnitude exceeds this counts as speech. */
const LOUD = 0.01;

/** A window that is not silent holds speech; transcripts come from a queue, then from `otherwise`. */
export class ScriptedRecognizer implements SpeechRecognizer {
  /** The transcripts of the next utterances. */
  readonly transcripts: string[] = [];
  otherwise = "hello";
  /** The length of each recognized utterance, samples. */
  readonly asked: number[] = [];
  /** Streams that are not closed. */
  open = 0;
  /** When set, results wait until `release`. */
  slow = false;
  readonly #waiting: (() => void)[] = [];

  openStream(): SpeechStream {
    this.open++;
    return {
      speechProbability: (window) => Promise.resolve(loudness(window) > LOUD ? 0.95 : 0.02),
      transcribe: async (utterance) => {
        this.asked.push(utterance.length);
        if (this.slow) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        return this.transcripts.shift() ?? this.otherwise;
      },
      close: () => void this.open--,
    };
  }

  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function loudness(window: Float32Array): number {
  return window.reduce((total, sample) => total + Math.abs(sample), 0) / window.length;
}

/** A tone with a fixed length per word. */
export class ScriptedSynthesizer implements SpeechSynthesizer {
  msPerWord = 250;
  /** The sentences requested. */
  readonly synthesized: { readonly sentence: string; readonly name: string }[] = [];

  synthesize(sentence: string, name: string): Promise<Int16Array> {
    this.synthesized.push({ sentence, name });
    const wordCount = sentence.split(/\s+/).filter((word) => word !== "").length;
    return Promise.resolve(tone(wordCount * this.msPerWord, 24_000));
  }
}

export type ScriptedReply =
  | readonly Step[]
  | ((context: ReplyContext) => readonly Step[] | Promise<readonly Step[]>);

/**
 * Each reply is the next scripted one; when none is left, it echoes the user. A repeated request for a cancelled reply
 * gets the same one.
 */
export class ScriptedBrain implements Brain {
  readonly replies: ScriptedReply[] = [];
  /** The contexts received: the last one of each reply. */
  readonly contexts: ReplyContext[] = [];
  /** The number of requests, cancelled replies included. */
  asked = 0;
  readonly #assigned: ScriptedReply[] = [];

  async *reply(context: ReplyContext): AsyncIterable<Step> {
    this.asked++;
    const again = this.contexts.findIndex(
      (s) => s.session === context.session && s.turn === context.turn,
    );
    const at = again < 0 ? this.contexts.length : again;
    this.contexts[at] = context;
    const next = (this.#assigned[at] ??= this.replies.shift() ?? echo);
    yield* typeof next === "function" ? await next(context) : next;
  }
}

function echo(context: ReplyContext): Step[] {
  const text = context.history.at(-1)?.parts?.find((part) => part.text !== undefined)?.text;
  return [{ say: `You said: ${text ?? "nothing"}.` }];
}

interface Armed extends Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Stands still until advanced; then runs due timers in order. */
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
    // Timers of the same instant run in the order in which they were armed.
    const later = this.#armed.findIndex((other) => other.at > timer.at);
    this.#armed.splice(later < 0 ? this.#armed.length : later, 0, timer);
    return timer;
  }

  /** Advances time; between timers, all pending promises settle. */
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

/**
 * Waits until all promises that can settle have settled: one turn of the event loop, by the fastest means available.
 */
export async function settle(): Promise<void> {
  const { setImmediate: soon = (then: () => void) => setTimeout(then, 0) } = globalThis as {
    setImmediate?: (then: () => void) => unknown;
  };
  await new Promise<void>((resolve) => void soon(resolve));
}

/** A sine wave, loud enough to count as speech. */
export function tone(ms: number, rate = 16_000, hertz = 220): Int16Array {
  return Int16Array.from({ length: Math.round((ms * rate) / 1000) }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hertz * i) / rate)),
  );
}

export function silence(ms: number, rate = 16_000): Int16Array {
  return new Int16Array(Math.round((ms * rate) / 1000));
}
