/** The faults of one connection: what waits to strike, and how it has changed. */
import type { Timers } from "../connection/timers.ts";
import { type Close, closes } from "../protocol/close-codes.ts";
import { formatDuration } from "../connection/connection-lifetime.ts";
import type { Fault, FaultEffect, FaultTrigger } from "./fault.ts";

/** How a connection misbehaves from now on; the whole talk looks here. */
export interface ActiveFaults {
  pace: number | undefined;
  transcripts: "doubled" | "preceded" | undefined;
  setup: { readonly delayMs: number } | "never" | undefined;
  handle: "invalid" | undefined;
  /** Hears, and never speaks. */
  poisoned: boolean;
  /** The next turn holds nothing. */
  emptyTurn: boolean;
  echo: boolean;
}

/** What can be done to a connection. */
export interface FaultTarget {
  readonly alarms: Timers;
  send(frame: object): void;
  end(close: Close): void;
  freeze(): void;
  /** Breaks the connection without a close. */
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
    echo: false,
  };
  readonly #number: number;
  readonly #victim: FaultTarget;
  readonly #waiting: Fault[];
  #messages = 0;
  #turns = 0;

  /** @param number which of the emulator's connections it is, from 1. */
  constructor(number: number, faults: readonly Fault[], victim: FaultTarget) {
    this.#number = number;
    this.#victim = victim;
    this.#waiting = faults.filter(({ when }) => this.#isMeant(when));
    this.#due(({ turn, message }) => turn === undefined && message === undefined);
  }

  /** One more fault, in mid-talk; without a turn or message to wait for it strikes now. @returns whether it was meant. */
  add(fault: Fault): boolean {
    if (!this.#isMeant(fault.when)) return false;
    const { turn, message } = fault.when;
    if (turn === undefined && message === undefined) this.#arm(fault);
    else this.#waiting.push(fault);
    return true;
  }

  countMessage(): void {
    this.#messages++;
    this.#due(({ message }) => message === this.#messages);
  }

  countTurn(): void {
    this.#turns++;
    this.#due(({ turn }) => turn === this.#turns);
  }

  #isMeant({ connection = this.#number }: FaultTrigger): boolean {
    return connection === this.#number;
  }

  #due(is: (when: FaultTrigger) => boolean): void {
    for (const fault of this.#waiting.filter(({ when }) => is(when))) {
      this.#waiting.splice(this.#waiting.indexOf(fault), 1);
      this.#arm(fault);
    }
  }

  #arm({ when: { afterMs = 0 }, what }: Fault): void {
    if (afterMs === 0) this.#strike(what);
    else this.#victim.alarms.after(afterMs, () => this.#strike(what));
  }

  #strike(what: FaultEffect): void {
    const { activeFaults } = this;
    const victim = this.#victim;
    if ("goAway" in what) return this.#goAway(what.goAway);
    if ("close" in what) return victim.end(what.close);
    if ("freeze" in what) return victim.freeze();
    if ("reset" in what) return victim.reset();
    if ("send" in what) return victim.send(what.send);
    if ("huge" in what) return victim.send(thoughtFrame(what.huge));
    if ("setup" in what) activeFaults.setup = what.setup;
    else if ("transcripts" in what) activeFaults.transcripts = what.transcripts;
    else if ("pace" in what) activeFaults.pace = what.pace;
    else if ("turn" in what) activeFaults.emptyTurn = true;
    else if ("echo" in what) activeFaults.echo = true;
    else if (what.handle === "poisoned") activeFaults.poisoned = true;
    else activeFaults.handle = what.handle;
  }

  #goAway({ timeLeftMs, end }: { timeLeftMs: number; end: Close | "silence" }): void {
    const victim = this.#victim;
    victim.send({ goAway: { timeLeft: formatDuration(timeLeftMs) } });
    if (end === "silence") return victim.freeze();
    victim.alarms.after(timeLeftMs, () => victim.end(end));
  }
}

/** What a handle is worth that is not known. */
export const unknownHandleClose = closes.noSession;

function thoughtFrame(bytes: number): object {
  return { serverContent: { modelTurn: { parts: [{ text: "x".repeat(bytes), thought: true }] } } };
}
