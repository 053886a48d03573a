/**
 * The newest long-running calls of a conversation. Each is open until a client answers it finally, or its turn is aborted:
 * what the tool itself returns is, as in ADK, its first word.
 */
import { isAbort } from "./event.ts";
import { confirmationFunction } from "../policy/approval.ts";
import type { Event } from "../../wire/adk.ts";

export interface LongRunningCall {
  /** Of the function. */
  readonly name: string;
  /** Whether a client may still report its result. */
  readonly isOpen: boolean;
}

/** Older ones are not known any more. */
const maxCalls = 500;

export class LongRunningCalls {
  readonly #calls = new Map<string, LongRunningCall>();

  /** @param events oldest first. */
  constructor(events: readonly Event[]) {
    for (const event of events) this.follow(event);
  }

  find(id: string): LongRunningCall | undefined {
    return this.#calls.get(id);
  }

  follow(event: Event): void {
    const { author, content, longRunningToolIds = [] } = event;
    const mayClose = author === "user" || isAbort(event);
    for (const { functionCall, functionResponse } of content?.parts ?? []) {
      const { id, name = "" } = functionCall ?? {};
      if (id !== undefined && longRunningToolIds.includes(id)) this.#open(id, name);
      // An operator's decision has the call's id, too.
      const isAnswer = functionResponse && functionResponse.name !== confirmationFunction;
      if (mayClose && isAnswer && !functionResponse.willContinue) this.#close(functionResponse.id);
    }
  }

  #open(id: string, name: string): void {
    this.#calls.delete(id);
    this.#calls.set(id, { name, isOpen: true });
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > maxCalls && oldest !== undefined) this.#calls.delete(oldest);
  }

  #close(id = ""): void {
    const call = this.#calls.get(id);
    if (call) this.#calls.set(id, { ...call, isOpen: false });
  }
}
