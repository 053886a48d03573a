/** The faults of one connection: the pending ones and the ones in effect. */
import type { Timers } from "../connection/timers.ts";
import { type Close, closes } from "../protocol/close-codes.ts";
import { formatDuration } from "../connection/connection-lifetime.ts";
import type { Fault, FaultEffect, FaultTrigger } from "./fault.ts";

/** The faults in effect on a connection. */
export interface ActiveFaults {
  pace: number | undefined;
  transcripts: "doubled" | "preceded" | { readonly againAfterMs: number } | undefined;
  setup: { readonly delayMs: number } | "never" | undefined;
  handle: "invalid" | undefined;
  /** The session receives input and never replies. */
  poisoned: boolean;
  /** The next turn is empty. */
  emptyTurn: boolean;
  stall: "unanswered" | "answer" | "tone" | undefined;
  echo: boolean;
}

/** The connection's actions that faults trigger. */
export interface FaultTarget {
  readonly timers: Timers;
  send(frame: object): void;
  end(close: Close): void;
  freeze(): void;
  /** Breaks the connection without a close frame. */
  reset(): void;
}

export class FaultInjector {
  readonly activeFaults: ActiveFaults = {
    pace: undefined,
    transcripts: undefined,
    setup: undefined,
    handle: undefined,
    poisoned: false,
    emptyTurn: false,
    stall: undefined,
    echo: false,
  };
  readonly #connection: number;
  readonly #target: FaultTarget;
  readonly #pending: Fault[];
  #messageCount = 0;
  #turnCount = 0;
  #interruptionCount = 0;

  /** @param connection the connection's ordinal, from 1. */
  constructor(connection: number, faults: readonly Fault[], target: FaultTarget) {
    this.#connection = connection;
    this.#target = target;
    this.#pending = faults.filter(({ when }) => this.#isForConnection(when));
    this.#injectWhere(isImmediate);
  }

  /**
   * Adds a fault; with nothing to wait for it takes effect now. @returns whether it is for this
   * connection.
   */
  add(fault: Fault): boolean {
    if (!this.#isForConnection(fault.when)) return false;
    if (isImmediate(fault.when)) this.#arm(fault);
    else this.#pending.push(fault);
    return true;
  }

  countMessage(): void {
    this.#messageCount++;
    this.#injectWhere(({ message }) => message === this.#messageCount);
  }

  countTurn(): void {
    this.#turnCount++;
    this.#injectWhere(({ turn }) => turn === this.#turnCount);
  }

  countInterruption(): void {
    this.#interruptionCount++;
    this.#injectWhere(({ interruption }) => interruption === this.#interruptionCount);
  }

  #isForConnection({ connection = this.#connection }: FaultTrigger): boolean {
    return connection === this.#connection;
  }

  #injectWhere(matches: (when: FaultTrigger) => boolean): void {
    for (const fault of this.#pending.filter(({ when }) => matches(when))) {
      this.#pending.splice(this.#pending.indexOf(fault), 1);
      this.#arm(fault);
    }
  }

  #arm({ when: { afterMs = 0 }, what: effect }: Fault): void {
    if (afterMs === 0) this.#inject(effect);
    else this.#target.timers.after(afterMs, () => this.#inject(effect));
  }

  #inject(effect: FaultEffect): void {
    const { activeFaults } = this;
    const target = this.#target;
    if ("goAway" in effect) return this.#goAway(effect.goAway);
    if ("close" in effect) return target.end(effect.close);
    if ("freeze" in effect) return target.freeze();
    if ("reset" in effect) return target.reset();
    if ("send" in effect) return target.send(effect.send);
    if ("huge" in effect) return target.send(thoughtFrame(effect.huge));
    if ("setup" in effect) activeFaults.setup = effect.setup;
    else if ("transcripts" in effect) activeFaults.transcripts = effect.transcripts;
    else if ("pace" in effect) activeFaults.pace = effect.pace;
    else if ("turn" in effect) activeFaults.emptyTurn = true;
    else if ("stall" in effect) activeFaults.stall = effect.stall;
    else if ("echo" in effect) activeFaults.echo = true;
    else if (effect.handle === "poisoned") activeFaults.poisoned = true;
    else activeFaults.handle = effect.handle;
  }

  #goAway({ timeLeftMs, end }: { timeLeftMs: number; end: Close | "silence" }): void {
    const target = this.#target;
    target.send({ goAway: { timeLeft: formatDuration(timeLeftMs) } });
    if (end === "silence") return target.freeze();
    target.timers.after(timeLeftMs, () => target.end(end));
  }
}

const isImmediate = ({ turn, message, interruption }: FaultTrigger): boolean =>
  turn === undefined && message === undefined && interruption === undefined;

/** The close for an unknown resumption handle. */
export const unknownHandleClose = closes.noSession;

function thoughtFrame(bytes: number): object {
  return { serverContent: { modelTurn: { parts: [{ text: "x".repeat(bytes), thought: true }] } } };
}
