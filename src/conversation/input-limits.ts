/** Who may send how much, and whose sound is heard: limits and floor of one conversation. */
import { fullAllowance, spend, type Allowance, type Verdict } from "../access/rate-limit.ts";
import { emptyFloor, hear, hush, leave, mayMark, speaker } from "../core/policy/floor-control.ts";
import type { LiveRequest } from "../core/client-request.ts";
import { loudness } from "../wire/pcm.ts";

export class Turnstile {
  readonly #allowances = new Map<string, Allowance>();
  #floor = emptyFloor;

  /** Whether a frame may come in at all. */
  spend(id: string, frame: string | ArrayBuffer): Verdict {
    const now = Date.now();
    const [left, verdict] = spend(this.#allowances.get(id) ?? fullAllowance(now), frame, now);
    this.#allowances.set(id, left);
    return verdict;
  }

  /** One stream reaches the model: the audio of whoever has the floor, and its marks. */
  pass(id: string, request: LiveRequest): Verdict {
    switch (request.type) {
      case "audio":
        return this.#hear(id, request.pcm);
      case "audioStreamEnd":
        this.#floor = hush(this.#floor, id);
        return mayMark(this.#floor, id) ? "pass" : "drop";
      case "activityStart":
      case "activityEnd":
        return mayMark(this.#floor, id) ? "pass" : "drop";
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
    const led = this.#floor.lead === id;
    this.#floor = leave(this.#floor, id);
    return led;
  }

  /** Whoever is being heard right now. */
  get speaking(): string | undefined {
    return speaker(this.#floor, Date.now());
  }

  #hear(id: string, pcm: Uint8Array): Verdict {
    const [floor, verdict] = hear(this.#floor, id, loudness(pcm), Date.now());
    this.#floor = floor;
    return verdict;
  }
}
