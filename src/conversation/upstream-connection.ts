/**
 * The line to the model: a link (which decides), the call it is on, and the clock it waits for.
 *
 *     happen ─► step ─► effects ─► dial, greet, send, hang up ─► the call
 *                          └─────► cut, tell, refuse ──────────► the conversation
 */
import { nextDeadline, step } from "../core/upstream/fsm.ts";
import {
  parkedWith,
  upstreamRules,
  type UpstreamEffect,
  type UpstreamEvent,
  type SessionKnowledge,
  type UpstreamState,
  type UpstreamRules,
} from "../core/upstream/fsm-types.ts";
import type { UpstreamMessage } from "../core/upstream/encoding.ts";
import type { ClientError } from "../core/errors.ts";
import { withVertexModelName, type SetupMessage } from "../core/live-api/session-setup.ts";
import { UpstreamSocket } from "../upstream/upstream-socket.ts";
import { modelLocationOf, type Endpoint, type Fetch } from "../upstream/endpoint.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { Clock, Timer } from "./clock.ts";

/** The conversation, as its line sees it. `Asker` is whoever is told when something is refused. */
export interface Conversing<Asker> {
  readonly fetch: Fetch;
  endpoint(): Endpoint;
  /** A session begins that knows nothing: what was said until now is to be remembered for it. */
  remember(): void;
  /** The first frame of the call that was just opened. @param handle what it resumes, if anything. */
  setup(handle: string | undefined): SetupMessage | Promise<SetupMessage>;
  /** What a session that is ready is told before anything else. */
  recall(known: SessionKnowledge): readonly UpstreamMessage[];
  /** What the session may be resumed by from now on. */
  keep(handle: string | undefined): void;
  /** Whether tools are at work. */
  busy(): boolean;
  /** Whether the model says when it hears somebody speak. */
  announcesSpeech(): boolean;
  /** Whether it says which of the messages it has understood. */
  transparent(): boolean;
  heard(message: ServerMessage): void;
  /** Whether the model was lost for a reason that another model does not have. */
  fallBack(reason: string): boolean;
  /** The answer under way will not be finished. */
  cut(): void;
  /** The answer was sent whole; its end will not be told by the model. */
  complete(): void;
  tell(problem: ClientError): void;
  refuse(asker: Asker, problem: ClientError): void;
  /** There is no model any more, and none is being dialled. */
  silent(): void;
}

export class Line<Asker> {
  readonly #conversing: Conversing<Asker>;
  readonly #clock: Clock;
  #link: UpstreamState;
  #call: UpstreamSocket | undefined;
  #run = "";
  #timer: Timer | undefined;

  /** @param handle what an earlier session may be resumed by. */
  constructor(conversing: Conversing<Asker>, handle: string | undefined, clock: Clock) {
    this.#conversing = conversing;
    this.#clock = clock;
    this.#link = parkedWith(handle, true);
  }

  /** Whether nothing was said that the model has not understood. */
  get understood(): boolean {
    return this.#link.state === "live" || this.#link.state === "leaving"
      ? this.#link.utterance.bytes === 0
      : false;
  }

  /** Whether a session is on. */
  get live(): boolean {
    return this.#link.state === "live" || this.#link.state === "leaving";
  }

  get at(): UpstreamState["state"] {
    return this.#link.state;
  }

  /** Names the session with the model, from its dial on: an event's `invocationId`. */
  get run(): string {
    return this.#run;
  }

  /**
   * Lets something happen to the link, and does what follows.
   * @returns false when it was refused.
   */
  happen(happening: UpstreamEvent, asker?: Asker): boolean {
    this.#followWork();
    const before = this.#link.state;
    const [link, effects] = step(this.#link, happening, this.#clock.now(), this.#rules());
    this.#link = link;
    for (const effect of effects) this.#do(effect, asker);
    // What is held from here on is said by itself: remembered too, it would be said twice.
    if (isBetween(link.state) && !isBetween(before)) this.#conversing.remember();
    if (link.state === "parked" || link.state === "ended") this.#conversing.silent();
    this.#setTimer();
    return !effects.some((effect) => effect.type === "refuse");
  }

  /** Says something of the server's own, which is never worth a dial. */
  mention(saying: UpstreamMessage): void {
    if (this.live || isBetween(this.at)) this.happen({ type: "say", message: saying });
  }

  #rules(): UpstreamRules {
    const deafSpeechMs = this.#conversing.announcesSpeech()
      ? upstreamRules.speechSignTimeoutMs
      : undefined;
    const transparent = this.#conversing.transparent();
    return {
      ...upstreamRules,
      speechSignTimeoutMs: deafSpeechMs,
      transparent,
      jitter: Math.random(),
    };
  }

  /** Tools begin and end beside the talk; a link with work under way is not given up. */
  #followWork(): void {
    const on = this.#conversing.busy();
    if ("activity" in this.#link && this.#link.activity.toolsRunning !== on)
      [this.#link] = step(this.#link, { type: "working", on }, this.#clock.now(), this.#rules());
  }

  #do(effect: UpstreamEffect, asker: Asker | undefined): void {
    switch (effect.type) {
      case "dial":
        return this.#dial();
      case "greet":
        return void this.#greet(this.#call, effect.handle);
      case "recall":
        for (const saying of this.#conversing.recall(effect))
          this.happen({ type: "say", message: saying, seed: true });
        return;
      case "send":
        return this.#call?.send(effect.message.payload);
      case "hang up":
        this.#call?.close();
        this.#call = undefined;
        return;
      case "keep":
        return this.#conversing.keep(effect.handle);
      case "cut":
        return this.#conversing.cut();
      case "complete":
        return this.#conversing.complete();
      case "tell":
        return this.#conversing.tell(effect.error);
      case "refuse":
        if (asker !== undefined) this.#conversing.refuse(asker, effect.error);
    }
  }

  #dial(): void {
    // A session that is resumed is the same, and knows the ids of its calls.
    if (this.#link.handle === undefined || !this.#run) this.#run = `e-${crypto.randomUUID()}`;
    this.#call = new UpstreamSocket(this.#conversing.endpoint(), this.#conversing.fetch, {
      onOpen: () => void this.happen({ type: "opened" }),
      onMessage: (message) => this.#conversing.heard(message),
      onClose: (reason) => this.#drop(reason),
    });
  }

  /** The setup may have to be asked for elsewhere; a call that is over by then gets none. */
  async #greet(call: UpstreamSocket | undefined, handle: string | undefined): Promise<void> {
    const setup = await this.#conversing.setup(handle);
    if (call !== this.#call) return;
    call?.send(withVertexModelName(setup, modelLocationOf(this.#conversing.endpoint())));
  }

  #drop(reason: string): void {
    this.#call = undefined;
    this.happen({ type: "dropped", reason, fallback: this.#conversing.fallBack(reason) });
  }

  #setTimer(): void {
    this.#timer?.cancel();
    const at = nextDeadline(this.#link, upstreamRules);
    if (at === undefined) return;
    this.#timer = this.#clock.after(
      Math.max(0, at - this.#clock.now()),
      () => void this.happen({ type: "clock" }),
    );
  }
}

/** Between two sessions, when what is said is held. */
const isBetween = (at: UpstreamState["state"]): boolean => at === "dialling" || at === "waiting";
