/**
 * A reply under generation. It may start speculatively, before the user has certainly finished: the brain's steps and
 * the first sentence's audio. A cancelled reply has no effect; only the turn that takes it acts on its steps.
 */
import type { Ports, ReplyContext, Step } from "../ports.ts";
import { splitSentences } from "../speech/sentences.ts";

interface PreparedSentence {
  readonly sentence: string;
  readonly samples: Promise<Int16Array>;
}

export class Reply {
  readonly context: ReplyContext;
  readonly #ports: Ports;
  readonly #voice: string;
  readonly #steps: AsyncIterator<Step>;
  /** Steps requested speculatively, in order. */
  readonly #speculated: Promise<IteratorResult<Step>>[] = [];
  #prepared: PreparedSentence | undefined;
  #taken = false;
  /** Tells the synthesizer that the rest is dropped. */
  readonly #signal = { aborted: false };

  /** @param voice a Gemini voice. */
  constructor(ports: Ports, context: ReplyContext, voice: string) {
    this.context = context;
    this.#ports = ports;
    this.#voice = voice;
    this.#steps = ports.brain.reply(context)[Symbol.asyncIterator]();
  }

  /** Runs the brain up to the first sentence and synthesizes that. Errors surface when the reply is taken. */
  async speculate(): Promise<void> {
    while (!this.#taken && !this.#signal.aborted) {
      const next = this.#steps.next();
      this.#speculated.push(next);
      const step = await next.then(
        ({ value, done }) => (done === true ? undefined : value),
        () => undefined,
      );
      if (step === undefined || "call" in step) return;
      if ("say" in step) return this.#prepare(step.say);
    }
  }

  /** The brain's steps, for the one turn that takes the reply. */
  async *steps(): AsyncGenerator<Step> {
    this.#taken = true;
    try {
      for (;;) {
        const { value, done } = await (this.#speculated.shift() ?? this.#steps.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      await this.#steps.return?.();
    }
  }

  /** Synthesizes one sentence as mono PCM16 at 24 kHz. */
  synthesize(sentence: string): Promise<Int16Array> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    return prepared?.sentence === sentence ? prepared.samples : this.#speak(sentence);
  }

  /** Drops the rest of the reply. */
  cancel(): void {
    this.#signal.aborted = true;
    if (!this.#taken) void this.#steps.return?.().catch(() => undefined);
  }

  #prepare(text: string): void {
    const [sentence] = splitSentences(text);
    if (sentence === undefined || this.#signal.aborted || this.#taken) return;
    const samples = this.#speak(sentence);
    samples.catch(() => undefined);
    this.#prepared = { sentence, samples };
  }

  #speak(sentence: string): Promise<Int16Array> {
    return this.#ports.synthesizer.synthesize(sentence, this.#voice, this.#signal);
  }
}

/** Whether a reply to one context fits the other: the history and tools must match; the video frame may be newer. */
export function isSameContext(first: ReplyContext, second: ReplyContext): boolean {
  const lastIndex = first.history.length - 1;
  return (
    first.turn === second.turn &&
    first.instruction === second.instruction &&
    first.tools === second.tools &&
    first.history.length === second.history.length &&
    first.history.slice(0, lastIndex).every((content, i) => content === second.history[i]) &&
    JSON.stringify(first.history[lastIndex]) === JSON.stringify(second.history[lastIndex])
  );
}
