/** An SSE client inside workerd, which sends by POST. */
import { exports } from "cloudflare:workers";

export interface SseMessage {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

export class SseClient {
  readonly messages: SseMessage[] = [];
  /** Blocks without data: comments and `retry`. */
  readonly rest: string[] = [];
  ended = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #changed = Promise.withResolvers<void>();
  #read = 0;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
    // `disconnect` cancels the reader, which rejects.
    void this.#readStream().catch(() => undefined);
  }

  /** The id that a browser would send in Last-Event-ID. */
  get last(): string | undefined {
    return this.messages.findLast(({ id }) => id !== undefined)?.id;
  }

  /** The agent's transcript as ADK's page would show it. */
  get transcript(): string {
    return this.messages
      .map(({ name, data }) =>
        name === "message" && data["is_transcript"] ? String(data["data"]) : "",
      )
      .join("");
  }

  async next(condition: (message: SseMessage) => boolean): Promise<SseMessage> {
    for (;;) {
      const message = this.messages[this.#read];
      if (message) {
        this.#read++;
        if (condition(message)) return message;
      } else if (this.ended) throw new Error("it is over");
      else await this.#changed.promise;
    }
  }

  turn(): Promise<SseMessage> {
    return this.next(({ data }) => data["turn_complete"] === true);
  }

  async untilEnded(): Promise<void> {
    while (!this.ended) await this.#changed.promise;
  }

  disconnect(): Promise<void> {
    return this.#reader.cancel();
  }

  async #readStream(): Promise<void> {
    let text = "";
    for (;;) {
      const { done, value } = await this.#reader.read();
      text += new TextDecoder().decode(value);
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#onBlock(block);
      this.ended = done;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
      if (done) return;
    }
  }

  #onBlock(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
    const data = field("data");
    if (data === undefined) this.rest.push(block);
    else
      this.messages.push({
        name: field("event") ?? "message",
        id: field("id"),
        data: JSON.parse(data) as Record<string, unknown>,
      });
  }
}

export async function connectSse(
  path: string,
  headers: Record<string, string> = {},
): Promise<SseClient> {
  const response = await exports.default.fetch(`https://parley.test${path}`, { headers });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  return new SseClient(response.body);
}

/** @returns the body of the response, in the form of ADK's sample. */
export async function postSse(
  path: string,
  body: object | string,
): Promise<Record<string, unknown>> {
  const response = await exports.default.fetch(`https://parley.test${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return response.json();
}

export const text = (data: string) => ({ mime_type: "text/plain", data });
