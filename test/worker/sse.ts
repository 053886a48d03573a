/** Somebody who follows a conversation by server-sent events, inside workerd, and speaks by POST. */
import { exports } from "cloudflare:workers";

export interface Told {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

export class Follower {
  readonly told: Told[] = [];
  /** What is no event: comments, and how soon to try again. */
  readonly rest: string[] = [];
  over = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #changed = Promise.withResolvers<void>();
  #read = 0;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
    // Whoever leaves reads no more.
    void this.#follow().catch(() => undefined);
  }

  /** The id that a browser would come back with. */
  get last(): string | undefined {
    return this.told.findLast(({ id }) => id !== undefined)?.id;
  }

  /** What ADK's page would show as the agent's words. */
  get words(): string {
    return this.told
      .map(({ name, data }) =>
        name === "message" && data["is_transcript"] ? String(data["data"]) : "",
      )
      .join("");
  }

  async next(condition: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const told = this.told[this.#read];
      if (told) {
        this.#read++;
        if (condition(told)) return told;
      } else if (this.over) throw new Error("it is over");
      else await this.#changed.promise;
    }
  }

  turn(): Promise<Told> {
    return this.next(({ data }) => data["turn_complete"] === true);
  }

  async untilOver(): Promise<void> {
    while (!this.over) await this.#changed.promise;
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }

  async #follow(): Promise<void> {
    let text = "";
    for (;;) {
      const { done, value } = await this.#reader.read();
      text += new TextDecoder().decode(value);
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
      this.over = done;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
      if (done) return;
    }
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
    const data = field("data");
    if (data === undefined) this.rest.push(block);
    else
      this.told.push({
        name: field("event") ?? "message",
        id: field("id"),
        data: JSON.parse(data) as Record<string, unknown>,
      });
  }
}

export async function follow(
  path: string,
  headers: Record<string, string> = {},
): Promise<Follower> {
  const response = await exports.default.fetch(`https://parley.test${path}`, { headers });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  return new Follower(response.body);
}

/** @returns what ADK's sample answers. */
export async function send(path: string, body: object | string): Promise<Record<string, unknown>> {
  const response = await exports.default.fetch(`https://parley.test${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return response.json();
}

export const text = (data: string) => ({ mime_type: "text/plain", data });
