/**
 * A reply in the making: the brain's steps and the sound of the first sentence, begun on trial while it is not yet
 * certain that the user has finished. A reply that is withdrawn has left no trace: what it does is up to the turn
 * that takes it.
 */
import type { Ports, ReplyContext, Step } from "../ports.ts";
import { splitSentences } from "../speech/sentences.ts";

interface PreparedSentence {
  readonly sentence: string;
  readonly samples: Promise<Int16Array>;
}

export class Reply {
  readonly scene: ReplyContext;
  readonly #ports: Ports;
  readonly #voice: string;
  readonly #steps: AsyncIterator<Step>;
  /** Steps asked for on trial, in order. */
  readonly #rehearsed: Promise<IteratorResult<Step>>[] = [];
  #prepared: PreparedSentence | undefined;
  #taken = false;
  /** Tells the voice when nobody wants the rest. */
  readonly #signal = { aborted: false };

  /** @param voice one of the Gemini voices. */
  constructor(ports: Ports, scene: ReplyContext, voice: string) {
    this.scene = scene;
    this.#ports = ports;
    this.#voice = voice;
    this.#steps = ports.brain.reply(scene)[Symbol.asyncIterator]();
  }

  /** Thinks ahead as far as the first sentence, and has it spoken into a drawer. What fails, fails again when taken. */
  async speculate(): Promise<void> {
    while (!this.#taken && !this.#signal.aborted) {
      const asked = this.#steps.next();
      this.#rehearsed.push(asked);
      const step = await asked.then(
        ({ value, done }) => (done === true ? undefined : value),
        () => undefined,
      );
      if (step === undefined || "call" in step) return;
      if ("say" in step) return this.#prepare(step.say);
    }
  }

  /** What the brain has to say; for the one turn that takes it. */
  async *steps(): AsyncGenerator<Step> {
    this.#taken = true;
    try {
      for (;;) {
        const { value, done } = await (this.#rehearsed.shift() ?? this.#steps.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      await this.#steps.return?.();
    }
  }

  /** One sentence as mono PCM16 at 24 kHz. */
  synthesize(sentence: string): Promise<Int16Array> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    return prepared?.sentence === sentence ? prepared.samples : this.#speak(sentence);
  }

  /** Nobody wants the rest. */
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

/** Whether a reply to one scene does for the other: the same words after the same talk. A newer picture is let pass. */
export function isSameContext(one: ReplyContext, other: ReplyContext): boolean {
  const last = one.history.length - 1;
  return (
    one.turn === other.turn &&
    one.instruction === other.instruction &&
    one.tools === other.tools &&
    one.history.length === other.history.length &&
    one.history.slice(0, last).every((content, i) => content === other.history[i]) &&
    JSON.stringify(one.history[last]) === JSON.stringify(other.history[last])
  );
}
