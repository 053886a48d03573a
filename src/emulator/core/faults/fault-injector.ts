/** The faults of one connection: what waits to strike, and how it has changed. */
import type { Alarms } from "../connection/timers.ts";
import { type Close, closes } from "../protocol/close-codes.ts";
import { duration } from "../connection/connection-lifetime.ts";
import type { Fault, What, When } from "./fault.ts";

/** How a connection misbehaves from now on; the whole talk looks here. */
export interface Moods {
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
export interface Victim {
  readonly alarms: Alarms;
  send(frame: object): void;
  end(close: Close): void;
  freeze(): void;
  /** Breaks the connection without a close. */
  reset(): void;
}

export class Mischief {
  readonly moods: Moods = {
    pace: undefined,
    transcripts: undefined,
    setup: undefined,
    handle: undefined,
    poisoned: false,
    emptyTurn: false,
    echo: false,
  };
  readonly #number: number;
  readonly #victim: Victim;
  readonly #waiting: Fault[];
  #messages = 0;
  #turns = 0;

  /** @param number which of the emulator's connections it is, from 1. */
  constructor(number: number, faults: readonly Fault[], victim: Victim) {
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

  message(): void {
    this.#messages++;
    this.#due(({ message }) => message === this.#messages);
  }

  turn(): void {
    this.#turns++;
    this.#due(({ turn }) => turn === this.#turns);
  }

  #isMeant({ connection = this.#number }: When): boolean {
    return connection === this.#number;
  }

  #due(is: (when: When) => boolean): void {
    for (const fault of this.#waiting.filter(({ when }) => is(when))) {
      this.#waiting.splice(this.#waiting.indexOf(fault), 1);
      this.#arm(fault);
    }
  }

  #arm({ when: { afterMs = 0 }, what }: Fault): void {
    if (afterMs === 0) this.#strike(what);
    else this.#victim.alarms.after(afterMs, () => this.#strike(what));
  }

  #strike(what: What): void {
    const { moods } = this;
    const victim = this.#victim;
    if ("goAway" in what) return this.#goAway(what.goAway);
    if ("close" in what) return victim.end(what.close);
    if ("freeze" in what) return victim.freeze();
    if ("reset" in what) return victim.reset();
    if ("send" in what) return victim.send(what.send);
    if ("huge" in what) return victim.send(thought(what.huge));
    if ("setup" in what) moods.setup = what.setup;
    else if ("transcripts" in what) moods.transcripts = what.transcripts;
    else if ("pace" in what) moods.pace = what.pace;
    else if ("turn" in what) moods.emptyTurn = true;
    else if ("echo" in what) moods.echo = true;
    else if (what.handle === "poisoned") moods.poisoned = true;
    else moods.handle = what.handle;
  }

  #goAway({ timeLeftMs, end }: { timeLeftMs: number; end: Close | "silence" }): void {
    const victim = this.#victim;
    victim.send({ goAway: { timeLeft: duration(timeLeftMs) } });
    if (end === "silence") return victim.freeze();
    victim.alarms.after(timeLeftMs, () => victim.end(end));
  }
}

/** What a handle is worth that is not known. */
export const unknownHandle = closes.noSession;

function thought(bytes: number): object {
  return { serverContent: { modelTurn: { parts: [{ text: "x".repeat(bytes), thought: true }] } } };
}
