/** A session: what outlives a connection. It is found again by its handle. */
import { PendingCalls } from "../turn/pending-calls.ts";
import type { SessionConfig } from "./session-config.ts";
import { emptyHistory, type History, slideWindow } from "./history.ts";
import type { VideoFrame } from "../ports.ts";
import { totalTokens, sumTokens, textTokens, type TokenCounts } from "../protocol/token-usage.ts";

export class Session {
  readonly id: string;
  config: SessionConfig;
  history: History = emptyHistory;
  /** The newest camera frame, and when it came. */
  videoFrame: VideoFrame | undefined;
  videoFrameAt = Number.NEGATIVE_INFINITY;
  /** Where the audio clock stands, ms of audio heard. */
  audioClockMs = 0;
  replyCount = 0;
  /** How long it was connected, ms; and how long it had been when the first video came. */
  connectedMs = 0;
  videoAtMs: number | undefined;
  /** By which it can be found. */
  readonly handles: string[] = [];
  readonly pendingCalls = new PendingCalls();
  /** Heard or seen, but not yet part of what anybody said. */
  #carried: TokenCounts = {};
  /** Of `historyConfig`: the first contents are history, and are not answered. `fresh`: nothing was said since. */
  seed: "awaited" | "fresh" | "settled";

  constructor(id: string, config: SessionConfig) {
    this.id = id;
    this.config = config;
    this.seed = config.seeded ? "awaited" : "settled";
  }

  carryTokens(tokens: TokenCounts): void {
    this.#carried = sumTokens([this.#carried, tokens]);
  }

  /** What was heard or seen since the last time, now part of what is said. */
  takeCarriedTokens(): TokenCounts {
    const carried = this.#carried;
    this.#carried = {};
    return carried;
  }

  /** All that the model reads before it answers. */
  promptTokens(): TokenCounts {
    return sumTokens([this.#fixedTokens(), this.history.tokens]);
  }

  /** Cuts the context down, if it has grown to where that was asked for; the instruction stays. */
  compress(): void {
    const { compression } = this.config;
    if (compression === undefined || totalTokens(this.promptTokens()) < compression.triggerTokens)
      return;
    this.history = slideWindow(
      this.history,
      compression.targetTokens - totalTokens(this.#fixedTokens()),
    );
  }

  /** The context holds no more. */
  get contextFull(): boolean {
    return totalTokens(this.promptTokens()) > this.config.profile.context.windowTokens;
  }

  #fixedTokens(): TokenCounts {
    return sumTokens([
      textTokens(this.config.instruction),
      textTokens(this.config.tools.declarationsJson),
    ]);
  }
}
