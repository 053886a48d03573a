/** A session: what outlives a connection. It is found again by its handle. */
import { Calls } from "./calls.ts";
import type { Config } from "./config.ts";
import { emptyMemory, type Memory, memoryTokens } from "./history.ts";
import type { Frame } from "./ports.ts";
import { sum, textTokens, type Tokens } from "./usage.ts";

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
    const { instruction, tools } = this.config;
    return sum([textTokens(instruction), textTokens(tools.written), memoryTokens(this.memory)]);
  }
}
