/** Live input on its way to a watching tool: bounded, and the newest wins. */
import type { ModelInput } from "../core/client-request.ts";
import type { Input } from "./tool.ts";

/** How much a slow watcher may fall behind before it misses the oldest. */
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
    const alike = this.#queue.filter((each) => each.type === input.type);
    if (alike.length >= maxQueued[input.type])
      this.#queue.splice(this.#queue.indexOf(alike[0] ?? input), 1);
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

/** What of a request a watching tool can see, hear or read. */
export function toolInputOf(request: ModelInput): Input | undefined {
  switch (request.type) {
    case "text":
    case "image":
      return request;
    case "audio":
      return { type: "audio", pcm: request.pcm, rate: request.rate };
    default:
      return undefined;
  }
}
