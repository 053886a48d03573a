/** Input that the model was sent, in the units that its service bills: for estimates, where no receipt comes. */
import type { ClientMessage } from "../../wire/live-api.ts";
import { noTokens, type TokenCounts } from "../../wire/receipt.ts";

/** Google's rule of thumb for text, and what the Live API bills a second of audio, and a picture or a page. */
const charactersPerToken = 4;
export const audioTokensPerMs = 25 / 1_000;
const tokensPerPicture = 258;

export class SentInput {
  #context = 0;
  #characters = 0;
  #pictures = 0;
  /** A value: each microphone frame adds to it. */
  audioMs = 0;

  /** The number of the model's context: a resumed session has that of the session before. */
  get context(): number {
    return this.#context;
  }

  /** What the context got since its beginning. */
  get tokens(): TokenCounts {
    return {
      ...noTokens,
      textIn: Math.ceil(this.#characters / charactersPerToken),
      audioIn: Math.ceil(this.audioMs * audioTokensPerMs),
      imageIn: this.#pictures * tokensPerPicture,
    };
  }

  /** A session begins that is not resumed. */
  beginContext(): void {
    this.#context++;
    this.#characters = this.audioMs = this.#pictures = 0;
  }

  /** @param message any but one with audio. */
  add(message: ClientMessage): void {
    const text = JSON.stringify(message, (_, value: unknown) => {
      if (!isFile(value)) return value;
      this.#pictures++;
      return undefined;
    });
    this.#characters += text.length;
  }
}

/** A picture or a document, of unknown length: not text, whose base64 is somewhat longer. */
const isFile = (value: unknown): boolean => {
  const { data, mimeType } = Object(value) as { data?: unknown; mimeType?: unknown };
  return typeof data === "string" && !/^text\//i.test(String(mimeType));
};
