/** A session: the state that outlives a connection and that a handle resumes. */
import { PendingCalls } from "../turn/pending-calls.ts";
import type { SessionConfig } from "./session-config.ts";
import { emptyHistory, type History, slideWindow } from "./history.ts";
import type { VideoFrame } from "../ports.ts";
import { totalTokens, sumTokens, textTokens, type TokenCounts } from "../protocol/token-usage.ts";

export class Session {
  readonly id: string;
  config: SessionConfig;
  history: History = emptyHistory;
  /** The newest video frame, and when one last counted as tokens. */
  videoFrame: VideoFrame | undefined;
  videoFrameAt = Number.NEGATIVE_INFINITY;
  /** Position of the audio clock, ms of audio received. */
  audioClockMs = 0;
  replyCount = 0;
  /** Total connection time, ms, and its value at the first video frame. */
  connectedMs = 0;
  videoAtMs: number | undefined;
  /** The handles that resume this session. */
  readonly handles: string[] = [];
  readonly pendingCalls = new PendingCalls();
  /** Tokens of audio and video that belong to no history entry yet. */
  #carriedTokens: TokenCounts = {};
  /** State of `historyConfig`'s initial history: awaited, complete without later input (`fresh`), or past. */
  seed: "awaited" | "fresh" | "settled";

  constructor(id: string, config: SessionConfig) {
    this.id = id;
    this.config = config;
    this.seed = config.seeded ? "awaited" : "settled";
  }

  carryTokens(tokens: TokenCounts): void {
    this.#carriedTokens = sumTokens([this.#carriedTokens, tokens]);
  }

  /** Returns and clears the tokens received since the last call. */
  takeCarriedTokens(): TokenCounts {
    const carried = this.#carriedTokens;
    this.#carriedTokens = {};
    return carried;
  }

  /** The tokens of the whole context. */
  promptTokens(): TokenCounts {
    return sumTokens([this.#fixedTokens(), this.history.tokens]);
  }

  /** Slides the window if the context has reached the trigger size; the instruction stays. */
  compress(): void {
    const { compression } = this.config;
    if (compression === undefined || totalTokens(this.promptTokens()) < compression.triggerTokens)
      return;
    this.history = slideWindow(
      this.history,
      compression.targetTokens - totalTokens(this.#fixedTokens()),
    );
  }

  /** Whether the context exceeds the model's window. */
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
