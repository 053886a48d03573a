/** Measures the conversation as its frames come: latency, tokens and time. Closed panels measure too. */
import type { AnswerWait } from "../../../packages/client/src/index.ts";
import type { FrameLog } from "./frame-log.ts";
import { noUsage, reduceUsage, type UsageState } from "./token-usage.ts";
import { addWait, noLatency, reduceLatency, type LatencyState } from "./turn-latency.ts";

export class ConversationMeter {
  #latency: LatencyState = noLatency;
  #usage: UsageState = noUsage;
  #conversation = "";

  constructor(log: FrameLog) {
    log.subscribe((record, frame) => {
      if (!record) return;
      this.#latency = reduceLatency(this.#latency, record, frame);
      this.#usage = reduceUsage(this.#usage, record, frame);
    });
  }

  /** An answer becomes audible. */
  waited(wait: AnswerWait): void {
    this.#latency = addWait(this.#latency, wait);
  }

  get latency(): LatencyState {
    return this.#latency;
  }

  get usage(): UsageState {
    return this.#usage;
  }

  /**
   * A call begins. The latencies of another conversation go.
   * @param conversation names it.
   * @param usage of an earlier call in it.
   */
  restart(conversation: string, usage: UsageState = noUsage): void {
    if (conversation !== this.#conversation) this.#latency = noLatency;
    this.#conversation = conversation;
    this.#usage = usage;
  }
}
