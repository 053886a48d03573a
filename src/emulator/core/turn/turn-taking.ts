/** The talk on one connection: who has the floor, what interrupts whom, and when the model answers. */
import type { Content } from "@google/genai";
import { Timers } from "../connection/timers.ts";
import { closes } from "../protocol/close-codes.ts";
import { type ReplyTrigger, ReplyScheduler } from "./reply-scheduler.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import { type HistoryEntry, textEntry } from "../session/history.ts";
import { HistoryWriter } from "../session/history-writer.ts";
import type { ReplyContext, Step } from "../ports.ts";
import { type Delay, sampleDelay } from "../profiles/latency.ts";
import { SpeculativeReply } from "./speculative-reply.ts";
import { ReissuedCalls } from "./reissued-calls.ts";
import { Reply } from "./reply.ts";
import type { Session } from "../session/session.ts";
import { createReplyContext, createTurnContext } from "./turn-context.ts";
import { Turn } from "./turn.ts";
import type { TokenCounts } from "../protocol/token-usage.ts";

/** While the user speaks, a reply that is due waits; it looks again after so many ms. */
const LOOK_AGAIN_MS = 250;
/** Responses of functions that come within so many ms are spoken about together. */
const GATHER_MS = 100;

export class TurnTaking {
  readonly #floor: ConnectionContext;
  readonly #session: Session;
  readonly #alarms: Timers;
  readonly #due: ReplyScheduler;
  readonly #minutes: HistoryWriter;
  /** A reply to what the user seems to have said. */
  readonly #rehearsal = new SpeculativeReply();
  readonly #reissue = new ReissuedCalls();
  readonly #userSpeaks: () => boolean;
  #turn: Turn | undefined;
  #closed = false;

  constructor(floor: ConnectionContext, session: Session, userSpeaks: () => boolean) {
    this.#floor = floor;
    this.#session = session;
    this.#userSpeaks = userSpeaks;
    this.#alarms = new Timers(floor);
    this.#due = new ReplyScheduler(this.#alarms, () => this.startDueReply());
    this.#minutes = new HistoryWriter(session, () => floor.close(closes.invalidArgument));
  }

  /** The model has the floor, and does not merely wait for a function. */
  get modelSpeaking(): boolean {
    return this.#turn !== undefined && this.#turn.blockingCalls.length === 0;
  }

  /** The user says or writes something: it is remembered, with what was seen meanwhile. */
  addUserContent(content: Content, tokens: TokenCounts): void {
    this.#minutes.addUserEntry(content, tokens);
    if (this.#turn === undefined) this.#minutes.commit(undefined);
  }

  /** The user has fallen silent, perhaps to go on: a reply is begun on trial. */
  speculate(words: string): void {
    if (this.#turn !== undefined || this.#reissue.pending) return;
    const scene = this.#scene();
    const history = [...scene.history, textEntry(words).content];
    this.#rehearsal.start(this.#reply({ ...scene, history }));
  }

  /** The user goes on. */
  cancelSpeculation(): void {
    this.#rehearsal.cancel();
  }

  /** Has the model answer: now, or when it has finished and the user has, too. */
  requestReply(cause: ReplyTrigger): void {
    this.#due.schedule(cause);
    if (cause === "tool") this.#due.recheckAfter(GATHER_MS);
    else this.startDueReply();
  }

  /**
   * Has the model speak of a function's response, whatever it is saying.
   * @param overUser even while the user speaks.
   */
  interruptAndReply(overUser: boolean): void {
    this.#due.schedule(overUser ? "urgentTool" : "tool");
    this.interrupt();
    this.#due.recheckAfter(GATHER_MS);
  }

  /** Lets a turn that was held go on, if all that held it is answered. @returns whether the turn was held. */
  resumeTurn(): boolean {
    const turn = this.#turn;
    const calls = turn?.blockingCalls ?? [];
    if (turn === undefined || calls.length === 0) return false;
    if (calls.some(({ id }) => this.#session.pendingCalls.has(id))) return true;
    this.#minutes.commit(turn.takeEntry());
    this.#session.replyCount++;
    // It answers all that was said meanwhile.
    this.#due.clear();
    const firstAudio = this.#draw(this.#session.config.profile.latency.toolReply);
    turn.resume(this.#reply(this.#scene()), this.#alarms.now() + firstAudio);
    return true;
  }

  /** The floor may be free again: what is due begins. */
  startDueReply(): void {
    const { trigger } = this.#due;
    if (trigger === undefined || this.#turn !== undefined || this.#closed) return;
    if (trigger !== "urgentTool" && this.#userSpeaks()) this.#due.recheckAfter(LOOK_AGAIN_MS);
    else this.#begin(trigger);
  }

  /** Takes the floor from the model; `turnComplete` follows a moment later, and then what is due. */
  interrupt(): void {
    const turn = this.#turn;
    if (turn === undefined || !turn.interruptible) return;
    const held = turn.blockingCalls;
    turn.interrupt();
    if (held.length > 0) this.#reissue.callsInterrupted(held, this.#session, this.#floor);
    this.#alarms.after(1, () => turn.complete());
  }

  /** As `interrupt`, after the time that text takes to do so; unless the turn has ended by then. */
  interruptAfterDelay(): void {
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
    this.cancelSpeculation();
    this.#alarms.clear();
    this.#turn?.abandon();
  }

  #begin(cause: ReplyTrigger): void {
    this.#due.clear();
    if (this.#floor.activeFaults().poisoned) return;
    this.#floor.turnStarting();
    if (this.#closed) return;
    this.#floor.counts.turns++;
    this.#floor.turnStateChanged(false);
    const reply = this.#choose(this.#scene());
    const stage = createTurnContext(this.#floor, this.#session, (said) => this.#over(said));
    this.#turn = new Turn(stage, reply, this.#alarms.now() + this.#delay(cause));
    void this.#turn.run();
  }

  /** Nothing, where the turn is made to be empty; calls that were cut off, once more; or what the brain thinks. */
  #choose(scene: ReplyContext): Reply {
    const moods = this.#floor.activeFaults();
    if (moods.emptyTurn) {
      moods.emptyTurn = false;
      return this.#ready(scene);
    }
    const call = this.#reissue.takeCalls(this.#session);
    if (call.length > 0) return this.#ready(scene, { call });
    return this.#rehearsal.take(scene) ?? this.#reply(scene);
  }

  /** A reply that no brain has to think of. */
  #ready(scene: ReplyContext, ...steps: Step[]): Reply {
    this.cancelSpeculation();
    return this.#reply(scene, { reply: () => each(steps) });
  }

  #reply(scene: ReplyContext, brain = this.#floor.ports.brain): Reply {
    return new Reply({ ...this.#floor.ports, brain }, scene, this.#session.config.voice);
  }

  #over(said: HistoryEntry | undefined): void {
    this.#turn = undefined;
    this.#floor.counts.turns--;
    this.#session.replyCount++;
    this.#minutes.commit(said);
    this.startDueReply();
    if (this.#turn === undefined)
      this.#floor.turnStateChanged(this.#session.pendingCalls.size === 0);
  }

  #delay(cause: ReplyTrigger): number {
    const { latency } = this.#session.config.profile;
    if (cause === "speech") return this.#draw(latency.spokenReply);
    if (cause === "text") return this.#draw(latency.textReply);
    return this.#draw(latency.toolReply) - GATHER_MS;
  }

  #draw(delay: Delay): number {
    return sampleDelay(delay, this.#floor.ports.random);
  }

  #scene(): ReplyContext {
    return createReplyContext(this.#floor, this.#session);
  }
}

async function* each(steps: readonly Step[]): AsyncGenerator<Step> {
  yield* steps;
}
