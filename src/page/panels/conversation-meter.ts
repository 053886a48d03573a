/** Measures the conversation as its frames come: latency, tokens and time. Closed panels measure too. */
import type { FrameLog } from "./frame-log.ts";
import { noUsage, reduceUsage, type UsageState } from "./token-usage.ts";
import { noLatency, reduceLatency, type LatencyState } from "./turn-latency.ts";

export class ConversationMeter {
  #latency: LatencyState = noLatency;
  #usage: UsageState = noUsage;

  constructor(log: FrameLog) {
    log.subscribe((record, frame) => {
      if (!record) return;
      this.#latency = reduceLatency(this.#latency, record, frame);
      this.#usage = reduceUsage(this.#usage, record, frame);
    });
  }

  get latency(): LatencyState {
    return this.#latency;
  }

  get usage(): UsageState {
    return this.#usage;
  }

  /** Another conversation begins. @param usage of an earlier page that showed it. */
  restart(usage: UsageState = noUsage): void {
    this.#latency = noLatency;
    this.#usage = usage;
  }
}
