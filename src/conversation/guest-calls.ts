/**
 * Functions that a client of the Live API declared: the model calls them here, and the client answers.
 *
 *     the model ─► runner ─► ask ─► toolCall ─► the client ─► toolResponse ─► answer ─► runner ─► the model
 *
 * Calls of one moment go in one frame, as they came from the model.
 */
import { Scheduled, type Scheduling, type ToolContext } from "../agent/tool.ts";
import type { FunctionResponse } from "../wire/live.ts";

export interface Declarers {
  /** Who answers a function; undefined when nobody is here who declared it. */
  find(name: string): string | undefined;
  /** Sends a message to one of them. */
  send(to: string, message: object): void;
}

interface Pending {
  readonly to: string;
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

  /** @returns the responses that answer nothing that was asked here. */
  answer(from: string, responses: readonly FunctionResponse[]): readonly FunctionResponse[] {
    return responses.filter((response) => !this.#settle(from, response));
  }

  /** Somebody left with calls to answer. */
  leave(who: string): void {
    for (const [id, { to, name, reject }] of this.#pending) {
      if (to !== who) continue;
      this.#pending.delete(id);
      reject(new Error(gone(name)));
    }
    this.#outbox.delete(who);
  }

  #settle(from: string, { id, name, response = {}, ...how }: FunctionResponse): boolean {
    // Vertex's clients may leave the id out: the oldest call of the name is meant.
    const key = id ?? [...this.#pending].find(([, call]) => call.name === name)?.[0];
    const call = key === undefined ? undefined : this.#pending.get(key);
    if (key === undefined || call?.to !== from) return false;
    const { scheduling, inner } = scheduled(response, how.scheduling);
    const answer = new Scheduled(inner, scheduling);
    if (how.willContinue) {
      call.context.progress(answer);
      return true;
    }
    this.#pending.delete(key);
    call.resolve(answer);
    return true;
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
