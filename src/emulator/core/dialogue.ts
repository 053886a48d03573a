/** The talk on one connection: who has the floor, what interrupts whom, and when the model answers. */
import type { Content } from "@google/genai";
import { Alarms, type Belfry } from "./alarms.ts";
import { contents, type Entry, remember } from "./history.ts";
import { callId } from "./ids.ts";
import type { FunctionCall, ServerMessage } from "./messages.ts";
import type { FunctionCallStep, Ports, Scene } from "./ports.ts";
import { type Delay, draw } from "./profiles/latency.ts";
import { Reply, sameScene } from "./reply.ts";
import type { Surface } from "./schema/fields.ts";
import type { Session } from "./session.ts";
import { type Stage, Turn } from "./turn.ts";
import { sum, textTokens, type Tokens, usage } from "./usage.ts";

/** What the model answers to; it decides how soon. */
export type Cause = "speech" | "text" | "tool";

/** What a dialogue needs from its connection. */
export interface Floor extends Belfry {
  readonly ports: Ports;
  readonly surface: Surface;
  readonly counts: { timers: number; turns: number };
  send(message: ServerMessage): void;
  /** Something failed that the talk survives. */
  noticed(error: unknown): void;
  /** Something failed that ends the connection. */
  failed(error: unknown): void;
}

/** While the user speaks, a reply that is due waits; it looks again after so many ms. */
const LOOK_AGAIN_MS = 250;

export class Dialogue {
  readonly #floor: Floor;
  readonly #session: Session;
  readonly #alarms: Alarms;
  #turn: Turn | undefined;
  /** A reply to what the user seems to have said. */
  #rehearsed: Reply | undefined;
  /** The reply that is due once the floor is free; the newest cause decides. */
  #due: Cause | undefined;
  /** Said while the model had the floor: remembered after what the model says. */
  #unheard: Entry[] = [];
  #waiting = false;
  #groups = 0;
  readonly #userSpeaks: () => boolean;

  constructor(floor: Floor, session: Session, userSpeaks: () => boolean) {
    this.#floor = floor;
    this.#session = session;
    this.#userSpeaks = userSpeaks;
    this.#alarms = new Alarms(floor);
  }

  get speaking(): boolean {
    return this.#turn !== undefined;
  }

  /** The user says or writes something: it is remembered, with what was seen meanwhile. */
  hear(content: Content, tokens: Tokens): void {
    this.#unheard.push({ content, tokens: sum([tokens, this.#session.takeCarried()]) });
    if (this.#turn === undefined) this.#remember();
  }

  /** The user has fallen silent, perhaps to go on: a reply is begun on trial. */
  rehearse(words: string): void {
    this.withdraw();
    if (this.#turn !== undefined) return;
    const { content } = written(words);
    const scene = this.#scene();
    this.#rehearsed = this.#reply({ ...scene, history: [...scene.history, content] });
    void this.#rehearsed.rehearse();
  }

  /** The user goes on: the reply on trial is thrown away. */
  withdraw(): void {
    this.#rehearsed?.withdraw();
    this.#rehearsed = undefined;
  }

  /** Has the model answer: now, or when it has finished and the user has, too. */
  answer(cause: Cause): void {
    this.#due = cause;
    this.resume();
  }

  /** The floor may be free again: what is due begins. */
  resume(): void {
    if (this.#due === undefined || this.#turn !== undefined) return;
    if (!this.#userSpeaks()) return this.#begin(this.#due);
    if (this.#waiting) return;
    this.#waiting = true;
    this.#alarms.after(LOOK_AGAIN_MS, () => {
      this.#waiting = false;
      this.resume();
    });
  }

  /** Takes the floor from the model; `turnComplete` follows a moment later, and then what is due. */
  interrupt(): void {
    const turn = this.#turn;
    if (turn === undefined || !turn.interruptible) return;
    turn.interrupt();
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
    const turn = this.#turn;
    this.#due = undefined;
    this.withdraw();
    this.#alarms.clear();
    if (turn === undefined) return;
    const { said, tokens } = turn.abandon();
    this.#over(said, tokens);
  }

  #begin(cause: Cause): void {
    this.#due = undefined;
    this.#floor.counts.turns++;
    const reply = this.#takeRehearsed() ?? this.#reply(this.#scene());
    const turn = new Turn(this.#stage(), reply, this.#alarms.now() + this.#delay(cause));
    this.#turn = turn;
    void turn.run();
  }

  #takeRehearsed(): Reply | undefined {
    const reply = this.#rehearsed;
    if (reply === undefined || !sameScene(reply.scene, this.#scene())) {
      this.withdraw();
      return undefined;
    }
    this.#rehearsed = undefined;
    return reply;
  }

  #reply(scene: Scene): Reply {
    return new Reply(this.#floor.ports, scene, this.#session.config.voice);
  }

  #over(said: Content | undefined, tokens: Tokens): void {
    this.#turn = undefined;
    this.#floor.counts.turns--;
    this.#session.replies++;
    if (said !== undefined)
      this.#session.memory = remember(this.#session.memory, { content: said, tokens });
    this.#remember();
    this.resume();
  }

  #remember(): void {
    for (const entry of this.#unheard) this.#session.memory = remember(this.#session.memory, entry);
    this.#unheard = [];
  }

  #delay(cause: Cause): number {
    const { latency } = this.#session.config.profile;
    const delays: Record<Cause, Delay> = {
      speech: latency.spokenReply,
      text: latency.textReply,
      tool: latency.toolReply,
    };
    return this.#draw(delays[cause]);
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
    const prompt = this.#session.promptTokens();
    return {
      random: ports.random,
      surface,
      config: this.#session.config,
      alarms: new Alarms(this.#floor),
      send: (message) => this.#floor.send(message),
      call: (steps) => this.#call(steps),
      over: (said, tokens) => this.#over(said, tokens),
      usage: (response) => usage(prompt, response, surface),
      failed: (error) => this.#floor.failed(error),
    };
  }

  #call(steps: readonly FunctionCallStep[]): FunctionCall[] {
    const group = ++this.#groups;
    const { config, calls } = this.#session;
    return steps.map(({ name, args }) => {
      const id = callId(config.profile.callIds, this.#floor.ports.random);
      calls.set(id, { name, blocking: config.tools.blocks(name), group });
      return { name, args, id };
    });
  }
}

/** What a text costs to read. */
export function written(text: string): { readonly content: Content; readonly tokens: Tokens } {
  return { content: { role: "user", parts: [{ text }] }, tokens: textTokens(text) };
}
