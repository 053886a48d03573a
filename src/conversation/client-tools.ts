/**
 * Functions that a client of the Live API declared: the model calls them here, and the client answers.
 *
 *     the model ─► runner ─► ask ─► toolCall ─► the client ─► toolResponse ─► answer ─► runner ─► the model
 *
 * Calls of one moment go in one frame, as they came from the model.
 */
import { Scheduled, type Scheduling, type ToolContext } from "../agent/tool.ts";
import type { FunctionResponse } from "../wire/live-api.ts";
import type { Timer } from "./clock.ts";

export interface Declarers {
  /** Who answers a function; undefined when nobody is here who declared it. */
  find(name: string): string | undefined;
  /** Sends a message to one of them. */
  send(to: string, message: object): void;
  /** Does something after so many ms. */
  after(ms: number, then: () => void): Timer;
}

interface Pending {
  readonly to: string;
  /** Whoever it was asked has left, and has so long to come back. */
  readonly patience?: Timer;
  readonly name: string;
  readonly context: ToolContext;
  readonly resolve: (value: unknown) => void;
  readonly reject: (why: Error) => void;
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

export class GuestCalls {
  readonly #declarers: Declarers;
  readonly #pending = new Map<string, Pending>();
  readonly #outbox = new Map<string, Call[]>();

  constructor(declarers: Declarers) {
    this.#declarers = declarers;
  }

  /** @throws Error in words for the model when nobody can answer. */
  async ask(name: string, args: unknown, context: ToolContext): Promise<unknown> {
    const to = this.#declarers.find(name);
    if (to === undefined) throw new Error(gone(name));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = context.callId;
    this.#pending.set(id, { to, name, context, resolve, reject });
    const cancel = (): void => this.#cancel(id);
    context.signal.addEventListener("abort", cancel, { once: true });
    this.#send(to, { id, name, args });
    return promise.finally(() => context.signal.removeEventListener("abort", cancel));
  }

  /** What answers nothing that was asked of them is not heard. */
  answer(from: string, responses: readonly FunctionResponse[]): void {
    for (const response of responses) this.#settle(from, response);
  }

  /** Somebody left with calls to answer. @param patienceMs how long they may take to come back. */
  leave(who: string, patienceMs: number): void {
    this.#outbox.delete(who);
    for (const [id, call] of this.#pending) {
      if (call.to !== who) continue;
      if (patienceMs === 0) this.#giveUp(id);
      else {
        const patience = this.#declarers.after(patienceMs, () => this.#giveUp(id));
        this.#pending.set(id, { ...call, patience });
      }
    }
  }

  /** Somebody came back, and may answer what was asked of who they were. It is not asked again (Live API). */
  adopt(who: string, functions: readonly string[]): void {
    for (const [id, { patience, ...call }] of this.#pending) {
      if (!patience || !functions.includes(call.name)) continue;
      patience.cancel();
      this.#pending.set(id, { ...call, to: who });
    }
  }

  #giveUp(id: string): void {
    const call = this.#pending.get(id);
    if (this.#pending.delete(id)) call?.reject(new Error(gone(call.name)));
  }

  #settle(from: string, { id, name, response = {}, ...how }: FunctionResponse): void {
    // Vertex's clients may leave the id out: the oldest call of the name is meant.
    const key = id ?? [...this.#pending].find(([, call]) => call.name === name)?.[0];
    const call = key === undefined ? undefined : this.#pending.get(key);
    if (key === undefined || call?.to !== from) return;
    const { scheduling, inner } = scheduled(response, how.scheduling);
    const answer = new Scheduled(inner, scheduling);
    if (how.willContinue) return call.context.progress(answer);
    this.#pending.delete(key);
    call.resolve(answer);
  }

  #send(to: string, call: Call): void {
    const waiting = this.#outbox.get(to);
    if (waiting) return void waiting.push(call);
    this.#outbox.set(to, [call]);
    queueMicrotask(() => {
      const functionCalls = (this.#outbox.get(to) ?? []).filter(({ id }) => this.#pending.has(id));
      this.#outbox.delete(to);
      if (functionCalls.length > 0) this.#declarers.send(to, { toolCall: { functionCalls } });
    });
  }

  #cancel(id: string): void {
    const call = this.#pending.get(id);
    if (!this.#pending.delete(id) || !call) return;
    call.patience?.cancel();
    call.reject(call.context.signal.reason as Error);
    this.#declarers.send(call.to, { toolCallCancellation: { ids: [id] } });
  }
}

const gone = (name: string): string =>
  `Whoever answers ${name} is not connected any more, so it was not done. Do not try it again unasked.`;

/** Beside the response, or, as Google's documentation once showed, within it. */
function scheduled(
  response: Record<string, unknown>,
  beside: unknown,
): { scheduling: Scheduling | undefined; inner: Record<string, unknown> } {
  if (isScheduling(beside)) return { scheduling: beside, inner: response };
  const { scheduling, ...inner } = response;
  return isScheduling(scheduling)
    ? { scheduling, inner }
    : { scheduling: undefined, inner: response };
}

const isScheduling = (value: unknown): value is Scheduling =>
  value === "INTERRUPT" || value === "WHEN_IDLE" || value === "SILENT";
