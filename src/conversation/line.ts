/**
 * The line to the model: a link (which decides), the call it is on, and the clock it waits for.
 *
 *     happen ─► step ─► effects ─► dial, greet, send, hang up ─► the call
 *                          └─────► cut, tell, refuse ──────────► the conversation
 */
import { due, parked, rules, step, type Effect, type Happening, type Link } from "../core/link.ts";
import type { Saying } from "../core/outgoing.ts";
import type { Problem } from "../core/problem.ts";
import type { Setup } from "../core/setup.ts";
import { Call } from "../upstream/call.ts";
import type { Endpoint, Fetch } from "../upstream/upstream.ts";
import type { ServerMessage } from "../wire/live.ts";

/** The conversation, as its line sees it. `Asker` is whoever is told when something is refused. */
export interface Conversing<Asker> {
  readonly fetch: Fetch;
  endpoint(): Endpoint;
  /** A session begins that knows nothing: what was said until now is to be remembered for it. */
  remember(): void;
  /** The first frame of the call that was just opened. */
  setup(): Setup | Promise<Setup>;
  /** What a session that is ready is told before anything else. */
  recall(): readonly Saying[];
  heard(message: ServerMessage): void;
  /** Whether the model was lost for a reason that another model does not have. */
  fallBack(reason: string): boolean;
  /** The answer under way will not be finished. */
  cut(): void;
  tell(problem: Problem): void;
  refuse(asker: Asker, problem: Problem): void;
  /** There is no model any more, and none is being dialled. */
  silent(): void;
}

export class Line<Asker> {
  readonly #conversing: Conversing<Asker>;
  #link: Link = parked;
  #call: Call | undefined;
  #run = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(conversing: Conversing<Asker>) {
    this.#conversing = conversing;
  }

  get at(): Link["at"] {
    return this.#link.at;
  }

  /** Names the session with the model, from its dial on: an event's `invocationId`. */
  get run(): string {
    return this.#run;
  }

  /**
   * Lets something happen to the link, and does what follows.
   * @returns false when it was refused.
   */
  happen(happening: Happening, asker?: Asker): boolean {
    const before = this.#link.at;
    const [link, effects] = step(this.#link, happening, Date.now(), rules);
    // What is held while dialling is said by itself: remembered too, it would be said twice.
    if (link.at === "dialling" && before !== "dialling") this.#conversing.remember();
    this.#link = link;
    for (const effect of effects) this.#do(effect, asker);
    if (link.at === "parked" || link.at === "ended") this.#conversing.silent();
    this.#setTimer();
    return !effects.some((effect) => effect.do === "refuse");
  }

  /** Says something of the server's own, which is never worth a dial. */
  mention(saying: Saying): void {
    if (this.at === "live" || this.at === "dialling") this.happen({ type: "say", saying });
  }

  /** The conversation is no more: nobody is told, and nothing lingers. */
  close(): void {
    this.#call?.hangUp();
    this.#call = undefined;
    this.#link = parked;
    this.#conversing.silent();
    this.#setTimer();
  }

  #do(effect: Effect, asker: Asker | undefined): void {
    switch (effect.do) {
      case "dial":
        return this.#dial();
      case "greet":
        return void this.#greet(this.#call);
      case "recall":
        for (const { message } of this.#conversing.recall()) this.#call?.send(message);
        return;
      case "send":
        return this.#call?.send(effect.saying.message);
      case "hang up":
        this.#call?.hangUp();
        this.#call = undefined;
        return;
      case "cut":
        return this.#conversing.cut();
      case "tell":
        return this.#conversing.tell(effect.problem);
      case "refuse":
        if (asker !== undefined) this.#conversing.refuse(asker, effect.problem);
    }
  }

  #dial(): void {
    this.#run = `e-${crypto.randomUUID()}`;
    this.#call = new Call(this.#conversing.endpoint(), this.#conversing.fetch, {
      opened: () => void this.happen({ type: "opened" }),
      heard: (message) => this.#conversing.heard(message),
      dropped: (reason) => this.#drop(reason),
    });
  }

  /** The setup may have to be asked for elsewhere; a call that is over by then gets none. */
  async #greet(call: Call | undefined): Promise<void> {
    const setup = await this.#conversing.setup();
    if (call === this.#call) call?.send(setup);
  }

  #drop(reason: string): void {
    this.#call = undefined;
    this.happen({ type: "dropped", reason, fallback: this.#conversing.fallBack(reason) });
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const at = due(this.#link);
    if (at === undefined) return;
    this.#timer = setTimeout(
      () => void this.happen({ type: "clock" }),
      Math.max(0, at - Date.now()),
    );
  }
}
