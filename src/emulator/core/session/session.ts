/** A session: what outlives a connection. It is found again by its handle. */
import { Calls } from "../turn/pending-calls.ts";
import type { Config } from "./session-config.ts";
import { emptyMemory, type Memory, slide } from "./history.ts";
import type { Frame } from "../ports.ts";
import { count, sum, textTokens, type Tokens } from "../protocol/token-usage.ts";

export class Session {
  readonly id: string;
  config: Config;
  memory: Memory = emptyMemory;
  /** The newest camera frame, and when it came. */
  frame: Frame | undefined;
  frameAt = Number.NEGATIVE_INFINITY;
  /** Where the audio clock stands, ms of audio heard. */
  clockMs = 0;
  replies = 0;
  /** How long it was connected, ms; and how long it had been when the first video came. */
  livedMs = 0;
  videoAtMs: number | undefined;
  /** By which it can be found. */
  readonly handles: string[] = [];
  readonly calls = new Calls();
  /** Heard or seen, but not yet part of what anybody said. */
  #carried: Tokens = {};
  /** Of `historyConfig`: the first contents are history, and are not answered. `fresh`: nothing was said since. */
  seed: "awaited" | "fresh" | "settled";

  constructor(id: string, config: Config) {
    this.id = id;
    this.config = config;
    this.seed = config.seeded ? "awaited" : "settled";
  }

  carry(tokens: Tokens): void {
    this.#carried = sum([this.#carried, tokens]);
  }

  /** What was heard or seen since the last time, now part of what is said. */
  takeCarried(): Tokens {
    const carried = this.#carried;
    this.#carried = {};
    return carried;
  }

  /** All that the model reads before it answers. */
  promptTokens(): Tokens {
    return sum([this.#fixedTokens(), this.memory.tokens]);
  }

  /** Cuts the context down, if it has grown to where that was asked for; the instruction stays. */
  compress(): void {
    const { compression } = this.config;
    if (compression === undefined || count(this.promptTokens()) < compression.triggerTokens) return;
    this.memory = slide(this.memory, compression.targetTokens - count(this.#fixedTokens()));
  }

  /** The context holds no more. */
  get full(): boolean {
    return count(this.promptTokens()) > this.config.profile.context.windowTokens;
  }

  #fixedTokens(): Tokens {
    return sum([textTokens(this.config.instruction), textTokens(this.config.tools.written)]);
  }
}
