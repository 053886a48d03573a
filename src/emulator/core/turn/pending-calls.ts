/** The function calls that await a response. They outlive the connection that sent them. */
import type { FunctionCall } from "../protocol/messages.ts";

export interface PendingCall extends FunctionCall {
  /** Whether the model's output waits for the response. */
  readonly blocking: boolean;
}

export class PendingCalls {
  /** By id, in the order of issue. */
  readonly #calls = new Map<string, PendingCall>();

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
    if (id !== undefined && id !== "") return this.#calls.get(id);
    return byName ? [...this.#calls.values()].find((call) => call.name === name) : undefined;
  }

  remove(id: string): void {
    this.#calls.delete(id);
  }
}

interface CallReference {
  readonly id?: string;
  readonly name?: string;
}
