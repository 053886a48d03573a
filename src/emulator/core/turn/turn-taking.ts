/** Turn-taking on one connection: when the model replies, and what interrupts it. */
import type { Content } from "@google/genai";
import { Timers } from "../connection/timers.ts";
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

/** Interval at which a due reply checks whether the user still speaks, ms. */
const RECHECK_MS = 250;
/** Function responses within this time get one reply, ms. */
const GATHER_MS = 100;

export class TurnTaking {
  readonly #connection: ConnectionContext;
  readonly #session: Session;
  readonly #timers: Timers;
  readonly #scheduler: ReplyScheduler;
  readonly #historyWriter: HistoryWriter;
  /** A reply to the user's presumable utterance. */
  readonly #speculation = new SpeculativeReply();
  readonly #reissuedCalls = new ReissuedCalls();
  readonly #isUserSpeaking: () => boolean;
  #turn: Turn | undefined;
  #closed = false;

  constructor(connection: ConnectionContext, session: Session, isUserSpeaking: () => boolean) {
    this.#connection = connection;
    this.#session = session;
    this.#isUserSpeaking = isUserSpeaking;
    this.#timers = new Timers(connection);
    this.#scheduler = new ReplyScheduler(this.#timers, () => this.startDueReply());
    this.#historyWriter = new HistoryWriter(session, () =>
      connection.end(session.config.profile.ends.fullWindow),
    );
  }

  /** Whether a turn is active and not waiting for a function response. */
  get modelSpeaking(): boolean {
    return this.#turn !== undefined && this.#turn.blockingCalls.length === 0;
  }

  /** Adds user content to the history, with the tokens of audio and video received meanwhile. */
  addUserContent(content: Content, tokens: TokenCounts): void {
    this.#historyWriter.addUserEntry(content, tokens);
    if (this.#turn === undefined) this.#historyWriter.commit(undefined);
  }

  /** Starts a speculative reply: the user is silent and may still continue. */
  speculate(transcript: string): void {
    if (this.#turn !== undefined || this.#reissuedCalls.pending) return;
    const context = this.#replyContext();
    const history = [...context.history, textEntry(transcript).content];
    this.#speculation.start(this.#reply({ ...context, history }));
  }

  cancelSpeculation(): void {
    this.#speculation.cancel();
  }

  /** Requests a reply: now, or once the model and the user have finished. */
  requestReply(trigger: ReplyTrigger): void {
    this.#scheduler.schedule(trigger);
    if (trigger === "tool") this.#scheduler.recheckAfter(GATHER_MS);
    else this.startDueReply();
  }

  /**
   * Replies to a function response, interrupting the model.
   * @param overUser also while the user speaks.
   */
  interruptAndReply(overUser: boolean): void {
    this.#scheduler.schedule(overUser ? "urgentTool" : "tool");
    this.interrupt();
    this.#scheduler.recheckAfter(GATHER_MS);
  }

  /** Resumes a waiting turn once all its blocking calls are answered. @returns whether a turn was waiting. */
  resumeTurn(): boolean {
    const turn = this.#turn;
    const calls = turn?.blockingCalls ?? [];
    if (turn === undefined || calls.length === 0) return false;
    if (calls.some(({ id }) => this.#session.pendingCalls.has(id))) return true;
    this.#historyWriter.commit(turn.takeEntry());
    this.#session.replyCount++;
    // The resumed turn also answers everything received meanwhile.
    this.#scheduler.clear();
    const firstAudio = this.#sample(this.#session.config.profile.latency.toolReply);
    turn.resume(this.#reply(this.#replyContext()), this.#timers.now() + firstAudio);
    return true;
  }

  /** Starts the due reply unless a turn is active or the user speaks. */
  startDueReply(): void {
    const { trigger } = this.#scheduler;
    if (trigger === undefined || this.#turn !== undefined || this.#closed) return;
    if (trigger !== "urgentTool" && this.#isUserSpeaking())
      this.#scheduler.recheckAfter(RECHECK_MS);
    else this.#startTurn(trigger);
  }

  /** Interrupts the turn; `turnComplete` follows, and then the due reply. */
  interrupt(): void {
    const turn = this.#turn;
    if (turn === undefined || !turn.interruptible) return;
    const blocking = turn.blockingCalls;
    turn.interrupt();
    if (blocking.length > 0)
      this.#reissuedCalls.callsInterrupted(blocking, this.#session, this.#connection);
    this.#timers.after(1, () => {
      turn.complete();
      this.#connection.turnInterrupted();
    });
  }

  /** Interrupts after the latency of typed text, unless the turn ends before. */
  interruptAfterDelay(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    const ms = this.#sample(this.#session.config.profile.latency.textInterrupts);
    this.#timers.after(ms, () => {
      if (this.#turn === turn) this.interrupt();
    });
  }

  /** Abandons the turn: its sent output enters the history. */
  close(): void {
    this.#closed = true;
    this.#scheduler.clear();
    this.cancelSpeculation();
    this.#timers.clear();
    this.#turn?.abandon();
  }

  #startTurn(trigger: ReplyTrigger): void {
    this.#scheduler.clear();
    if (this.#connection.activeFaults().poisoned) return;
    this.#connection.turnStarting();
    if (this.#closed || this.#connection.activeFaults().stall === "unanswered") return;
    this.#connection.counters.turns++;
    this.#connection.turnStateChanged(false);
    const reply = this.#selectReply(this.#replyContext());
    const turnContext = createTurnContext(this.#connection, this.#session, (entry) =>
      this.#endTurn(entry),
    );
    this.#turn = new Turn(turnContext, reply, this.#timers.now() + this.#firstAudioDelay(trigger));
    void this.#turn.run();
  }

  /** An empty reply for the fault, reissued calls, the speculative reply, or a new one. */
  #selectReply(context: ReplyContext): Reply {
    const faults = this.#connection.activeFaults();
    if (faults.emptyTurn) {
      faults.emptyTurn = false;
      return this.#fixedReply(context);
    }
    const call = this.#reissuedCalls.takeCalls(this.#session);
    if (call.length > 0) return this.#fixedReply(context, { call });
    return this.#speculation.take(context) ?? this.#reply(context);
  }

  /** A reply without the brain. */
  #fixedReply(context: ReplyContext, ...steps: Step[]): Reply {
    this.cancelSpeculation();
    return this.#reply(context, { reply: () => yieldSteps(steps) });
  }

  #reply(context: ReplyContext, brain = this.#connection.ports.brain): Reply {
    return new Reply({ ...this.#connection.ports, brain }, context, this.#session.config.voice);
  }

  #endTurn(entry: HistoryEntry | undefined): void {
    this.#turn = undefined;
    this.#connection.counters.turns--;
    this.#session.replyCount++;
    this.#historyWriter.commit(entry);
    this.startDueReply();
    if (this.#turn === undefined)
      this.#connection.turnStateChanged(this.#session.pendingCalls.size === 0);
  }

  #firstAudioDelay(trigger: ReplyTrigger): number {
    const { latency } = this.#session.config.profile;
    if (trigger === "speech") return this.#sample(latency.spokenReply);
    if (trigger === "text") return this.#sample(latency.textReply);
    return this.#sample(latency.toolReply) - GATHER_MS;
  }

  #sample(delay: Delay): number {
    return sampleDelay(delay, this.#connection.ports.random);
  }

  #replyContext(): ReplyContext {
    return createReplyContext(this.#connection, this.#session);
  }
}

async function* yieldSteps(steps: readonly Step[]): AsyncGenerator<Step> {
  yield* steps;
}
