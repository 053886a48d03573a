/** Who may send how much, and whose sound is heard: limits and floor of one conversation. */
import {
  fullBucket,
  spendTokens,
  type RateLimitBucket,
  type RateDecision,
} from "../access/rate-limit.ts";
import {
  emptyFloor,
  onAudio,
  yieldFloor,
  releaseFloor,
  mayControlStream,
  currentSpeaker,
} from "../core/policy/floor-control.ts";
import type { ModelInput } from "../core/client-request.ts";
import { rmsLoudness } from "../wire/pcm.ts";

export class Turnstile {
  readonly #allowances = new Map<string, RateLimitBucket>();
  #floor = emptyFloor;

  /** Whether a frame may come in at all. */
  spend(id: string, frame: string | ArrayBuffer): RateDecision {
    const now = Date.now();
    const [left, verdict] = spendTokens(this.#allowances.get(id) ?? fullBucket(now), frame, now);
    this.#allowances.set(id, left);
    return verdict;
  }

  /** One stream reaches the model: the audio of whoever has the floor, and its marks. */
  pass(id: string, request: ModelInput): RateDecision {
    switch (request.type) {
      case "audio":
        return this.#hear(id, request.pcm);
      case "audioStreamEnd":
        this.#floor = yieldFloor(this.#floor, id);
        return mayControlStream(this.#floor, id) ? "pass" : "drop";
      case "activityStart":
      case "activityEnd":
        return mayControlStream(this.#floor, id) ? "pass" : "drop";
      default:
        return "pass";
    }
  }

  /** @returns whether the stream of whoever leaves was the one that is heard. */
  leave(id: string): boolean {
    this.#allowances.delete(id);
    return this.mute(id);
  }

  /** @returns whether the stream of whoever falls silent was the one that is heard. */
  mute(id: string): boolean {
    const led = this.#floor.holder === id;
    this.#floor = releaseFloor(this.#floor, id);
    return led;
  }

  /** Whoever is being heard right now. */
  get speaking(): string | undefined {
    return currentSpeaker(this.#floor, Date.now());
  }

  #hear(id: string, pcm: Uint8Array): RateDecision {
    const [floor, verdict] = onAudio(this.#floor, id, rmsLoudness(pcm), Date.now());
    this.#floor = floor;
    return verdict;
  }
}
