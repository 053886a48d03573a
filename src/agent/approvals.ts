/**
 * Calls that wait for a person's yes.
 *
 *   ask ─► everyone is told ─┬─ an operator decides ─► the decision
 *                            ├─ two minutes pass ────► nobody approved
 *                            └─ the call is aborted ─► throws
 */
import {
  decisionEvent,
  petitionEvent,
  type Decision,
  type Petition,
} from "../core/policy/approval.ts";
import type { EventBody } from "../wire/adk.ts";

/** How long a call waits for somebody, in ms. */
export const approvalMs = 120_000;

interface Waiting {
  readonly petition: Petition;
  readonly decide: (decision: Decision, why?: string) => void;
}

export class Approvals {
  readonly #tell: (body: EventBody) => void;
  readonly #waiting = new Map<string, Waiting>();

  /** @param tell reaches everybody in the conversation, and its log. */
  constructor(tell: (body: EventBody) => void) {
    this.#tell = tell;
  }

  /** The questions nobody has answered yet, for somebody who comes later. */
  get open(): readonly EventBody[] {
    return [...this.#waiting.values()].map(({ petition }) => petitionEvent(petition));
  }

  /** @throws the signal's reason when the call is aborted, which everyone is told. */
  async ask(
    petition: Petition,
    signal: AbortSignal,
  ): Promise<Decision & { readonly why?: string }> {
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<Decision & { readonly why?: string }>();
    const decide: Waiting["decide"] = (decision, why) => {
      if (!this.#waiting.delete(petition.id)) return;
      this.#tell(decisionEvent(petition, decision, why));
      resolve({ ...decision, ...(why !== undefined && { why }) });
    };
    const no = (why: string): void => decide({ approved: false }, why);
    const timer = setTimeout(() => no("Nobody approved it in time."), approvalMs);
    const aborted = (): void => no("The call was given up.");
    signal.addEventListener("abort", aborted, { once: true });
    this.#waiting.set(petition.id, { petition, decide });
    this.#tell(petitionEvent(petition));
    const decision = await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
    signal.throwIfAborted();
    return decision;
  }

  /** @returns false when nothing waits under this id. */
  decide(id: string, decision: Decision): boolean {
    const waiting = this.#waiting.get(id);
    waiting?.decide(decision);
    return waiting !== undefined;
  }
}
