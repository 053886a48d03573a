/**
 * Calls that wait for a person's yes.
 *
 *   ask ─► everyone is told ─┬─ an operator decides ─► the decision
 *                            ├─ two minutes pass ────► nobody approved
 *                            └─ the call is aborted ─► throws
 */
import {
  approvalDecisionEvent,
  approvalRequestEvent,
  type ApprovalDecision,
  type ApprovalRequest,
} from "../core/policy/approval.ts";
import type { EventBody } from "../wire/adk.ts";

/** How long a call waits for somebody, in ms. */
export const approvalTimeoutMs = 120_000;

interface PendingApproval {
  readonly request: ApprovalRequest;
  readonly decide: (decision: ApprovalDecision, why?: string) => void;
}

export class Approvals {
  readonly #publish: (body: EventBody) => void;
  readonly #pending = new Map<string, PendingApproval>();

  /** @param tell reaches everybody in the conversation, and its log. */
  constructor(tell: (body: EventBody) => void) {
    this.#publish = tell;
  }

  /** The questions nobody has answered yet, for somebody who comes later. */
  get pendingEvents(): readonly EventBody[] {
    return [...this.#pending.values()].map(({ request }) => approvalRequestEvent(request));
  }

  /** @throws the signal's reason when the call is aborted, which everyone is told. */
  async request(
    request: ApprovalRequest,
    signal: AbortSignal,
  ): Promise<ApprovalDecision & { readonly why?: string }> {
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<
      ApprovalDecision & { readonly why?: string }
    >();
    const decide: PendingApproval["decide"] = (decision, why) => {
      if (!this.#pending.delete(request.id)) return;
      this.#publish(approvalDecisionEvent(request, decision, why));
      resolve({ ...decision, ...(why !== undefined && { why }) });
    };
    const no = (why: string): void => decide({ approved: false }, why);
    const timer = setTimeout(() => no("Nobody approved it in time."), approvalTimeoutMs);
    const aborted = (): void => no("The call was given up.");
    signal.addEventListener("abort", aborted, { once: true });
    this.#pending.set(request.id, { request, decide });
    this.#publish(approvalRequestEvent(request));
    const decision = await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
    signal.throwIfAborted();
    return decision;
  }

  /** @returns false when nothing waits under this id. */
  decide(id: string, decision: ApprovalDecision): boolean {
    const waiting = this.#pending.get(id);
    waiting?.decide(decision);
    return waiting !== undefined;
  }
}
