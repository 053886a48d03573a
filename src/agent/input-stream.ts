/** Live input on its way to a watching tool: bounded, and the newest wins. */
import type { LiveRequest } from "../core/client-request.ts";
import type { Input } from "./tool.ts";

/** How much a slow watcher may fall behind before it misses the oldest. */
const most: Record<Input["type"], number> = { image: 1, audio: 50, text: 20 };

export class Feed implements AsyncIterable<Input> {
  readonly #kinds: ReadonlySet<Input["type"]>;
  readonly #signal: AbortSignal;
  #waiting: Input[] = [];
  #news = Promise.withResolvers<void>();

  constructor(kinds: readonly Input["type"][], signal: AbortSignal) {
    this.#kinds = new Set(kinds);
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#news.resolve());
  }

  offer(input: Input): void {
    if (!this.#kinds.has(input.type)) return;
    const alike = this.#waiting.filter((each) => each.type === input.type);
    if (alike.length >= most[input.type])
      this.#waiting.splice(this.#waiting.indexOf(alike[0] ?? input), 1);
    this.#waiting.push(input);
    this.#news.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Input> {
    while (!this.#signal.aborted) {
      const input = this.#waiting.shift();
      if (input) yield input;
      else {
        await this.#news.promise;
        this.#news = Promise.withResolvers();
      }
    }
  }
}

/** What of a request a watching tool can see, hear or read. */
export function inputOf(request: LiveRequest): Input | undefined {
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
