/** Live input on its way to a watching tool: a bounded queue that drops the oldest. */
import type { ModelInput } from "../../core/client-request.ts";
import type { Input } from "../tool.ts";

/** Queue limits by kind, in items. */
const maxQueued: Record<Input["type"], number> = { image: 1, audio: 50, text: 20 };

export class InputStream implements AsyncIterable<Input> {
  readonly #kinds: ReadonlySet<Input["type"]>;
  readonly #signal: AbortSignal;
  #queue: Input[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(kinds: readonly Input["type"][], signal: AbortSignal) {
    this.#kinds = new Set(kinds);
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#changed.resolve());
  }

  push(input: Input): void {
    if (!this.#kinds.has(input.type)) return;
    const sameKind = this.#queue.filter(({ type }) => type === input.type);
    if (sameKind.length >= maxQueued[input.type])
      this.#queue.splice(this.#queue.indexOf(sameKind[0] ?? input), 1);
    this.#queue.push(input);
    this.#changed.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Input> {
    while (!this.#signal.aborted) {
      const input = this.#queue.shift();
      if (input) yield input;
      else {
        await this.#changed.promise;
        this.#changed = Promise.withResolvers();
      }
    }
  }
}

/** The part of a request that a watching tool may receive. */
export function toolInputOf(request: ModelInput): Input | undefined {
  switch (request.type) {
    case "text":
    case "image":
      return request;
    case "audio":
      return { type: "audio", pcm: request.pcm.slice(), rate: request.rate };
    default:
      return undefined;
  }
}
