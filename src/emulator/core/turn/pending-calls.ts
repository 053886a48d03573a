/** The function calls that a session waits for. They outlive the connection they were sent on. */
import type { FunctionCall } from "../protocol/messages.ts";

export interface PendingCall extends FunctionCall {
  /** Holds the model's output until it is answered. */
  readonly blocking: boolean;
}

export class PendingCalls {
  /** By id; insertion order is the order of issue. */
  readonly #open = new Map<string, PendingCall>();

  add(call: PendingCall): void {
    this.#open.set(call.id, call);
  }

  get size(): number {
    return this.#open.size;
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /**
   * The call that a response belongs to: by its id or, where none is given, the oldest of its name.
   * @param byName whether ids may be left out, as on Vertex.
   */
  find({ id, name }: CallReference, byName: boolean): PendingCall | undefined {
    if (id !== undefined && id !== "") return this.#open.get(id);
    return byName ? [...this.#open.values()].find((call) => call.name === name) : undefined;
  }

  remove(id: string): void {
    this.#open.delete(id);
  }
}

interface CallReference {
  readonly id?: string;
  readonly name?: string;
}
