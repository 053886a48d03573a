/** The talk on one connection: who has the floor, what interrupts whom, and when the model answers. */
import type { Content } from "@google/genai";
import { Alarms } from "../connection/timers.ts";
import { closes } from "../protocol/close-codes.ts";
import { type Cause, Due } from "./reply-scheduler.ts";
import type { Floor } from "../connection/connection-context.ts";
import { type Entry, written } from "../session/history.ts";
import { Minutes } from "../session/history-writer.ts";
import type { Scene, Step } from "../ports.ts";
import { type Delay, draw } from "../profiles/latency.ts";
import { Rehearsal } from "./speculative-reply.ts";
import { Reissue } from "./reissued-calls.ts";
import { Reply } from "./reply.ts";
import type { Session } from "../session/session.ts";
import { sceneOf, stageOf } from "./turn-context.ts";
import { Turn } from "./turn.ts";
import type { Tokens } from "../protocol/token-usage.ts";

/** While the user speaks, a reply that is due waits; it looks again after so many ms. */
const LOOK_AGAIN_MS = 250;
/** Responses of functions that come within so many ms are spoken about together. */
const GATHER_MS = 100;

export class Dialogue {
  readonly #floor: Floor;
  readonly #session: Session;
  readonly #alarms: Alarms;
  readonly #due: Due;
  readonly #minutes: Minutes;
  /** A reply to what the user seems to have said. */
  readonly #rehearsal = new Rehearsal();
  readonly #reissue = new Reissue();
  readonly #userSpeaks: () => boolean;
  #turn: Turn | undefined;
  #closed = false;

  constructor(floor: Floor, session: Session, userSpeaks: () => boolean) {
    this.#floor = floor;
    this.#session = session;
    this.#userSpeaks = userSpeaks;
    this.#alarms = new Alarms(floor);
    this.#due = new Due(this.#alarms, () => this.resume());
    this.#minutes = new Minutes(session, () => floor.close(closes.invalidArgument));
  }

  /** The model has the floor, and does not merely wait for a function. */
  get speaking(): boolean {
    return this.#turn !== undefined && this.#turn.heldBy.length === 0;
  }

  /** The user says or writes something: it is remembered, with what was seen meanwhile. */
  hear(content: Content, tokens: Tokens): void {
    this.#minutes.hear(content, tokens);
    if (this.#turn === undefined) this.#minutes.keep(undefined);
  }

  /** The user has fallen silent, perhaps to go on: a reply is begun on trial. */
  rehearse(words: string): void {
    if (this.#turn !== undefined || this.#reissue.pending) return;
    const scene = this.#scene();
    const history = [...scene.history, written(words).content];
    this.#rehearsal.begin(this.#reply({ ...scene, history }));
  }

  /** The user goes on. */
  withdraw(): void {
    this.#rehearsal.withdraw();
  }

  /** Has the model answer: now, or when it has finished and the user has, too. */
  answer(cause: Cause): void {
    this.#due.set(cause);
    if (cause === "tool") this.#due.lookAgain(GATHER_MS);
    else this.resume();
  }

  /**
   * Has the model speak of a function's response, whatever it is saying.
   * @param overUser even while the user speaks.
   */
  cutIn(overUser: boolean): void {
    this.#due.set(overUser ? "urgentTool" : "tool");
    this.interrupt();
    this.#due.lookAgain(GATHER_MS);
  }

  /** Lets a turn that was held go on, if all that held it is answered. @returns whether the turn was held. */
  goOn(): boolean {
    const turn = this.#turn;
    const calls = turn?.heldBy ?? [];
    if (turn === undefined || calls.length === 0) return false;
    if (calls.some(({ id }) => this.#session.calls.has(id))) return true;
    this.#minutes.keep(turn.take());
    this.#session.replies++;
    // It answers all that was said meanwhile.
    this.#due.clear();
    const firstAudio = this.#draw(this.#session.config.profile.latency.toolReply);
    turn.goOn(this.#reply(this.#scene()), this.#alarms.now() + firstAudio);
    return true;
  }

  /** The floor may be free again: what is due begins. */
  resume(): void {
    const { cause } = this.#due;
    if (cause === undefined || this.#turn !== undefined || this.#closed) return;
    if (cause !== "urgentTool" && this.#userSpeaks()) this.#due.lookAgain(LOOK_AGAIN_MS);
    else this.#begin(cause);
  }

  /** Takes the floor from the model; `turnComplete` follows a moment later, and then what is due. */
  interrupt(): void {
    const turn = this.#turn;
    if (turn === undefined || !turn.interruptible) return;
    const held = turn.heldBy;
    turn.interrupt();
    if (held.length > 0) this.#reissue.cutOff(held, this.#session, this.#floor);
    this.#alarms.after(1, () => turn.complete());
  }

  /** As `interrupt`, after the time that text takes to do so; unless the turn has ended by then. */
  interruptSoon(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    const ms = this.#draw(this.#session.config.profile.latency.textInterrupts);
    this.#alarms.after(ms, () => {
      if (this.#turn === turn) this.interrupt();
    });
  }

  /** The connection is gone: what was sent is remembered. */
  close(): void {
    this.#closed = true;
    this.#due.clear();
    this.withdraw();
    this.#alarms.clear();
    this.#turn?.abandon();
  }

  #begin(cause: Cause): void {
    this.#due.clear();
    if (this.#floor.moods().poisoned) return;
    this.#floor.turnBegins();
    if (this.#closed) return;
    this.#floor.counts.turns++;
    this.#floor.turned(false);
    const reply = this.#choose(this.#scene());
    const stage = stageOf(this.#floor, this.#session, (said) => this.#over(said));
    this.#turn = new Turn(stage, reply, this.#alarms.now() + this.#delay(cause));
    void this.#turn.run();
  }

  /** Nothing, where the turn is made to be empty; calls that were cut off, once more; or what the brain thinks. */
  #choose(scene: Scene): Reply {
    const moods = this.#floor.moods();
    if (moods.emptyTurn) {
      moods.emptyTurn = false;
      return this.#ready(scene);
    }
    const call = this.#reissue.take(this.#session);
    if (call.length > 0) return this.#ready(scene, { call });
    return this.#rehearsal.take(scene) ?? this.#reply(scene);
  }

  /** A reply that no brain has to think of. */
  #ready(scene: Scene, ...steps: Step[]): Reply {
    this.withdraw();
    return this.#reply(scene, { reply: () => each(steps) });
  }

  #reply(scene: Scene, brain = this.#floor.ports.brain): Reply {
    return new Reply({ ...this.#floor.ports, brain }, scene, this.#session.config.voice);
  }

  #over(said: Entry | undefined): void {
    this.#turn = undefined;
    this.#floor.counts.turns--;
    this.#session.replies++;
    this.#minutes.keep(said);
    this.resume();
    if (this.#turn === undefined) this.#floor.turned(this.#session.calls.size === 0);
  }

  #delay(cause: Cause): number {
    const { latency } = this.#session.config.profile;
    if (cause === "speech") return this.#draw(latency.spokenReply);
    if (cause === "text") return this.#draw(latency.textReply);
    return this.#draw(latency.toolReply) - GATHER_MS;
  }

  #draw(delay: Delay): number {
    return draw(delay, this.#floor.ports.random);
  }

  #scene(): Scene {
    return sceneOf(this.#floor, this.#session);
  }
}

async function* each(steps: readonly Step[]): AsyncGenerator<Step> {
  yield* steps;
}
