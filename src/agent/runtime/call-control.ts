/**
 * Controls the telephone call of a conversation for its tools: ends or transfers it once the agent's words were played.
 *
 *   hangUp ─┬─ the agent has spoken in this turn ─► wait until it was played ─┬─► end the call
 *           └─ it has not ─► "speak first" ─► its next answer is complete ────┘
 *                                  the caller interrupts: the call goes on
 */
import { endsTurn } from "../../core/adk/event.ts";
import { audioDurationMs, isInterruption } from "../../core/adk/event-audio.ts";
import type { Clock, Timer } from "../../core/clock.ts";
import { ToolError } from "../../core/errors.ts";
import type { Event } from "../../wire/adk.ts";
import { dtmfPattern } from "../../wire/dtmf.ts";
import { isTelephone, type CallOutcome, type PhoneCall } from "../phone.ts";

/** The telephone's side of a call. */
export interface PhoneLine {
  /** Whether a caller is connected. */
  readonly isConnected: boolean;
  /** Whether the agent has said something in this turn, other than a filler. */
  readonly hasSpoken: boolean;
  /** How much of the agent's audio the caller has not heard yet, in ms. */
  readonly unplayedMs: number;
  /** Sends all audio so far, with a mark behind it. */
  flush(): void;
  /** Ends the call. */
  hangUp(): void;
  /** Connects the caller to another telephone. The agent's part in the call ends. */
  dial(to: string, name: string): void;
  /** @param digits as `dtmfPattern`. */
  press(digits: string): void;
}

/** A request that waits for the end of the agent's words. */
interface PendingRequest {
  readonly carryOut: () => void;
  readonly settle: (outcome: CallOutcome) => void;
  /** Whether the agent still has to say something, has begun to, or has said everything. */
  words: "due" | "begun" | "complete";
  timer: Timer | undefined;
}

/** Beyond the length of the audio itself: marks may be late, or lost. */
const graceMs = 3_000;
/** For the goodbye of an agent that has not spoken: without one the call ends in silence. */
const goodbyeTimeoutMs = 10_000;

export class CallControl {
  readonly #clock: Clock;
  #line: PhoneLine | undefined;
  #pending: PendingRequest | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  attach(line: PhoneLine): void {
    this.#line = line;
  }

  /** The call, as an agent's tools see it; undefined if no caller is connected. */
  get call(): PhoneCall | undefined {
    const line = this.#line;
    if (!line?.isConnected) return undefined;
    return {
      hangUp: (signal) =>
        line.hasSpoken ? this.#afterWords(signal, () => line.hangUp()) : this.#afterGoodbye(line),
      transfer: (to, name, signal) => {
        if (!isTelephone(to))
          throw new ToolError(`"${to}" is no telephone number and no SIP address.`);
        return this.#afterWords(signal, () => line.dial(to, name));
      },
      press: (digits) => {
        if (!dtmfPattern.test(digits))
          throw new ToolError("Only the keys 0-9, A-D, * and # and w.");
        if (!line.isConnected) return "over";
        line.press(digits);
        return "done";
      },
    };
  }

  /** The caller has heard some more. */
  onPlayed(): void {
    if (this.#pending?.words === "complete" && this.#line?.unplayedMs === 0) this.#carryOut();
  }

  /** An event of the conversation, after it was sent to the caller. */
  onEvent(event: Event): void {
    const pending = this.#pending;
    if (!pending) return;
    if (isInterruption(event)) return this.#settle("interrupted");
    if (pending.words === "due" && audioDurationMs(event) > 0) pending.words = "begun";
    if (pending.words === "begun" && endsTurn(event) && this.#line)
      this.#awaitPlayback(pending, this.#line);
  }

  /** The caller is no longer connected. */
  onDisconnected(): void {
    this.#settle("over");
  }

  #afterWords(signal: AbortSignal, carryOut: () => void): Promise<CallOutcome> {
    const { promise, resolve } = Promise.withResolvers<CallOutcome>();
    const line = this.#line;
    if (!line?.isConnected) return Promise.resolve("over");
    this.#settle("interrupted");
    const pending: PendingRequest = {
      carryOut,
      settle: resolve,
      words: "complete",
      timer: undefined,
    };
    this.#pending = pending;
    const onAbort = (): void => void (this.#pending === pending && this.#settle("interrupted"));
    signal.addEventListener("abort", onAbort, { once: true });
    this.#awaitPlayback(pending, line);
    return promise;
  }

  #afterGoodbye(line: PhoneLine): Promise<CallOutcome> {
    this.#settle("interrupted");
    const pending: PendingRequest = {
      carryOut: () => line.hangUp(),
      settle: () => undefined,
      words: "due",
      timer: undefined,
    };
    this.#pending = pending;
    this.#arm(pending, goodbyeTimeoutMs);
    return Promise.resolve("speak first");
  }

  #awaitPlayback(pending: PendingRequest, line: PhoneLine): void {
    pending.words = "complete";
    line.flush();
    if (line.unplayedMs === 0) return this.#carryOut();
    this.#arm(pending, line.unplayedMs + graceMs);
  }

  /** In time, marks or not: a caller must not be kept on a line that the agent has left. */
  #arm(pending: PendingRequest, ms: number): void {
    pending.timer?.cancel();
    pending.timer = this.#clock.after(ms, () => this.#onTimeout(pending));
  }

  #onTimeout(pending: PendingRequest): void {
    if (this.#pending !== pending) return;
    const unplayedMs = this.#line?.unplayedMs ?? 0;
    // A long goodbye is still arriving.
    if (pending.words === "begun" && unplayedMs > 0) this.#arm(pending, unplayedMs + graceMs);
    else this.#carryOut();
  }

  /** The tool answers first: its response belongs into the log before the call ends. */
  #carryOut(): void {
    const pending = this.#pending;
    this.#settle("done");
    if (pending) this.#clock.after(0, () => this.#line?.isConnected && pending.carryOut());
  }

  #settle(outcome: CallOutcome): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.timer?.cancel();
    pending?.settle(outcome);
  }
}
