/** The talk on one connection: who has the floor, what interrupts whom, and when the model answers. */
import type { Content } from "@google/genai";
import { Alarms, type Belfry } from "./alarms.ts";
import type { PendingCall } from "./calls.ts";
import { type Close, closes } from "./closes.ts";
import type { Moods } from "./faults/mischief.ts";
import { contents, type Entry, remember } from "./history.ts";
import { callId } from "./ids.ts";
import type { ServerMessage } from "./messages.ts";
import type { ToolOptions } from "./options.ts";
import type { FunctionCallStep, Ports, Scene, Step } from "./ports.ts";
import { type Delay, draw } from "./profiles/latency.ts";
import { Rehearsal } from "./rehearsal.ts";
import { Reply } from "./reply.ts";
import type { Surface } from "./schema/fields.ts";
import type { Session } from "./session.ts";
import { type Stage, Turn } from "./turn.ts";
import { sum, textTokens, type Tokens, usage } from "./usage.ts";

/** What the model answers to; it decides how soon. */
export type Cause = "speech" | "text" | "tool" | "urgentTool";

/** What a dialogue needs from its connection. */
export interface Floor extends Belfry {
  readonly ports: Ports;
  readonly surface: Surface;
  readonly tools: ToolOptions;
  /** How often the user's words so far are told, ms of audio. */
  readonly interimMs: number | undefined;
  readonly counts: { timers: number; turns: number };
  /** How the connection misbehaves. */
  moods(): Moods;
  send(message: ServerMessage): void;
  /** The model is about to take the floor. */
  turnBegins(): void;
  /** The model has taken the floor, or given it back. @param settled nothing is under way, and no function is waited for. */
  turned(settled: boolean): void;
  /** The session's first video frame has come. */
  sawVideo(): void;
  /** Ends the connection. */
  close(close: Close): void;
  /** Something failed that the talk survives. */
  noticed(error: unknown): void;
  /** Something failed that ends the connection. */
  failed(error: unknown): void;
}

/** While the user speaks, a reply that is due waits; it looks again after so many ms. */
const LOOK_AGAIN_MS = 250;
/** Responses of functions that come within so many ms are spoken about together. */
const GATHER_MS = 100;

export class Dialogue {
  readonly #floor: Floor;
  readonly #session: Session;
  readonly #alarms: Alarms;
  #turn: Turn | undefined;
  /** A reply to what the user seems to have said. */
  readonly #rehearsal = new Rehearsal();
  /** The reply that is due once the floor is free; the newest cause decides. */
  #due: Cause | undefined;
  /** Said while the model had the floor: remembered after what the model says. */
  #unheard: Entry[] = [];
  /** Calls that barge-in has cut off, and that the model will make again. */
  #again: readonly PendingCall[] = [];
  #waiting = false;
  #closed = false;
  readonly #userSpeaks: () => boolean;

  constructor(floor: Floor, session: Session, userSpeaks: () => boolean) {
    this.#floor = floor;
    this.#session = session;
    this.#userSpeaks = userSpeaks;
    this.#alarms = new Alarms(floor);
  }

  /** The model has the floor, and does not merely wait for a function. */
  get speaking(): boolean {
    return this.#turn !== undefined && this.#turn.heldBy.length === 0;
  }

  /** The user says or writes something: it is remembered, with what was seen meanwhile. */
  hear(content: Content, tokens: Tokens): void {
    this.#unheard.push({ content, tokens: sum([tokens, this.#session.takeCarried()]) });
    if (this.#turn === undefined) this.#remember();
  }

  /** The user has fallen silent, perhaps to go on: a reply is begun on trial. */
  rehearse(words: string): void {
    if (this.#turn !== undefined || this.#again.length > 0) return;
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
    this.#due = cause;
    if (cause === "tool") this.#lookAgain(GATHER_MS);
    else this.resume();
  }

  /**
   * Has the model speak of a function's response, whatever it is saying.
   * @param overUser even while the user speaks.
   */
  cutIn(overUser: boolean): void {
    this.#due = overUser ? "urgentTool" : "tool";
    this.interrupt();
    this.#lookAgain(GATHER_MS);
  }

  /** Lets a turn that was held go on, if all that held it is answered. @returns whether the turn was held. */
  goOn(): boolean {
    const turn = this.#turn;
    const calls = turn?.heldBy ?? [];
    if (turn === undefined || calls.length === 0) return false;
    if (calls.some(({ id }) => this.#session.calls.has(id))) return true;
    this.#keep(turn.take());
    this.#session.replies++;
    // It answers all that was said meanwhile.
    this.#due = undefined;
    const firstAudio = this.#draw(this.#session.config.profile.latency.toolReply);
    turn.goOn(this.#reply(this.#scene()), this.#alarms.now() + firstAudio);
    return true;
  }

  /** The floor may be free again: what is due begins. */
  resume(): void {
    if (this.#due === undefined || this.#turn !== undefined || this.#closed) return;
    if (this.#due !== "urgentTool" && this.#userSpeaks()) this.#lookAgain(LOOK_AGAIN_MS);
    else this.#begin(this.#due);
  }

  /** Takes the floor from the model; `turnComplete` follows a moment later, and then what is due. */
  interrupt(): void {
    const turn = this.#turn;
    if (turn === undefined || !turn.interruptible) return;
    const held = turn.heldBy;
    turn.interrupt();
    if (held.length > 0) this.#cutOff(held);
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
    this.#due = undefined;
    this.withdraw();
    this.#alarms.clear();
    this.#turn?.abandon();
  }

  #lookAgain(ms: number): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#alarms.after(ms, () => {
      this.#waiting = false;
      this.resume();
    });
  }

  /** Calls that blocked have lost the floor: documented is that they are cancelled, seen that some are made again. */
  #cutOff(calls: readonly PendingCall[]): void {
    const { cancellation, reissue = this.#session.config.profile.reissues } = this.#floor.tools;
    if (cancellation) {
      for (const { id } of calls) this.#session.calls.close(id);
      this.#floor.send({ toolCallCancellation: { ids: calls.map(({ id }) => id) } });
    } else if (this.#floor.ports.random() < reissue) this.#again = calls;
  }

  #begin(cause: Cause): void {
    this.#due = undefined;
    if (this.#floor.moods().poisoned) return;
    this.#floor.turnBegins();
    if (this.#closed) return;
    this.#floor.counts.turns++;
    this.#floor.turned(false);
    const scene = this.#scene();
    const reply =
      this.#nothing(scene) ??
      this.#callAgain(scene) ??
      this.#rehearsal.take(scene) ??
      this.#reply(scene);
    const turn = new Turn(this.#stage(), reply, this.#alarms.now() + this.#delay(cause));
    this.#turn = turn;
    void turn.run();
  }

  /** For a turn that is made to hold nothing. */
  #nothing(scene: Scene): Reply | undefined {
    const moods = this.#floor.moods();
    if (!moods.emptyTurn) return undefined;
    moods.emptyTurn = false;
    this.withdraw();
    return this.#reply(scene, { reply: () => only() });
  }

  /** What was cut off and is still not answered, once more. */
  #callAgain(scene: Scene): Reply | undefined {
    const { calls: open, config } = this.#session;
    const declared = new Set(config.tools.functions.map(({ name }) => name));
    const calls = this.#again.filter(({ id, name }) => open.has(id) && declared.has(name));
    this.#again = [];
    if (calls.length === 0) return undefined;
    this.withdraw();
    const call = calls.map(({ name, args }) => ({ name, args: { ...args } }));
    return this.#reply(scene, { reply: () => only({ call }) });
  }

  #reply(scene: Scene, brain = this.#floor.ports.brain): Reply {
    return new Reply({ ...this.#floor.ports, brain }, scene, this.#session.config.voice);
  }

  #over(said: Entry | undefined): void {
    this.#turn = undefined;
    this.#floor.counts.turns--;
    this.#session.replies++;
    this.#keep(said);
    this.resume();
    if (this.#turn === undefined) this.#floor.turned(this.#session.calls.size === 0);
  }

  /** What the model said, and then what was said meanwhile. */
  #keep(said: Entry | undefined): void {
    if (said !== undefined) this.#session.memory = remember(this.#session.memory, said);
    this.#remember();
  }

  #remember(): void {
    for (const entry of this.#unheard) this.#session.memory = remember(this.#session.memory, entry);
    this.#unheard = [];
    this.#session.compress();
    if (this.#session.full) this.#floor.close(closes.invalidArgument);
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
    const { id, replies, config, memory, frame } = this.#session;
    return {
      session: id,
      turn: replies,
      instruction: config.instruction,
      tools: config.tools,
      history: contents(memory),
      frame,
      now: this.#alarms.now(),
      random: this.#floor.ports.random,
    };
  }

  #stage(): Stage {
    const { ports, surface } = this.#floor;
    return {
      random: ports.random,
      surface,
      config: this.#session.config,
      alarms: new Alarms(this.#floor),
      pace: () => this.#floor.moods().pace ?? this.#session.config.profile.latency.pace,
      send: (message) => this.#floor.send(message),
      call: (steps) => this.#call(steps),
      over: (said) => this.#over(said),
      pending: () => this.#session.calls.size > 0,
      usage: (spent) => usage(this.#session.promptTokens(), spent, surface),
      failed: (error) => this.#floor.failed(error),
    };
  }

  #call(steps: readonly FunctionCallStep[]): PendingCall[] {
    const { config, calls } = this.#session;
    return steps.map(({ name, args }) => {
      const id = callId(config.profile.callIds, this.#floor.ports.random);
      const call = { name, args, id, blocking: config.tools.blocks(name) };
      calls.issue(call);
      return call;
    });
  }
}

async function* only(...steps: Step[]): AsyncGenerator<Step> {
  yield* steps;
}

/** What a text costs to read. */
export function written(text: string): { readonly content: Content; readonly tokens: Tokens } {
  return { content: { role: "user", parts: [{ text }] }, tokens: textTokens(text) };
}
