/**
 * The function calls that await a response, and those that may have more responses. They outlive the connection that
 * sent them.
 */
import type { FunctionCall } from "../protocol/messages.ts";

export interface PendingCall extends FunctionCall {
  /** Whether the model's output waits for the response. */
  readonly blocking: boolean;
}

export class PendingCalls {
  /** By id, in the order of issue. */
  readonly #calls = new Map<string, PendingCall>();
  /** Answered without an end: ADK sends each yield of a streaming tool so. */
  readonly #answered = new Map<string, PendingCall>();

  add(call: PendingCall): void {
    this.#calls.set(call.id, call);
  }

  get size(): number {
    return this.#calls.size;
  }

  has(id: string): boolean {
    return this.#calls.has(id);
  }

  /**
   * The call that a response belongs to: by its id or, without one, the oldest of its name.
   * @param byName whether a response may omit the id, as on Vertex.
   */
  find({ id, name }: CallReference, byName: boolean): PendingCall | undefined {
    if (id !== undefined && id !== "") return this.#calls.get(id) ?? this.#answered.get(id);
    if (!byName) return undefined;
    const calls = [...this.#calls.values(), ...[...this.#answered.values()].toReversed()];
    return calls.find((call) => call.name === name);
  }

  /** Nothing waits for the call any more; it may have more responses. */
  answer(call: PendingCall): void {
    this.#calls.delete(call.id);
    this.#answered.set(call.id, call);
  }

  remove(id: string): void {
    this.#calls.delete(id);
    this.#answered.delete(id);
  }
}

interface CallReference {
  readonly id?: string;
  readonly name?: string;
}
