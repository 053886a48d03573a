/**
 * Tool calls that wait for a person's approval.
 *
 *   request ─► request event ─┬─ an operator decides ─► the decision
 *                             ├─ two minutes pass ────► not approved
 *                             └─ the call is aborted ─► throws
 */
import {
  approvalDecisionEvent,
  approvalRequestEvent,
  type ApprovalDecision,
  type ApprovalRequest,
} from "../../core/policy/approval.ts";
import type { EventBody } from "../../wire/adk.ts";
import { approvalTimeoutMs } from "../../wire/parley-v1.ts";

interface PendingApproval {
  readonly request: ApprovalRequest;
  readonly decide: (decision: ApprovalDecision, why?: string) => void;
}

export class Approvals {
  readonly #publish: (body: EventBody) => void;
  readonly #pending = new Map<string, PendingApproval>();

  constructor(publish: (body: EventBody) => void) {
    this.#publish = publish;
  }

  /** The request events without a decision, for a client that joins later. */
  get pendingEvents(): readonly EventBody[] {
    return [...this.#pending.values()].map(({ request }) => approvalRequestEvent(request));
  }

  /** @throws the signal's reason if the call is aborted; the decision event is published nevertheless. */
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
    const decline = (why: string): void => decide({ approved: false }, why);
    const timer = setTimeout(() => decline("No operator approved it in time."), approvalTimeoutMs);
    const onAbort = (): void => decline("The call was given up.");
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(request.id, { request, decide });
    this.#publish(approvalRequestEvent(request));
    const decision = await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
    return decision;
  }

  /** @returns false if no call waits under this id. */
  decide(id: string, decision: ApprovalDecision): boolean {
    const pending = this.#pending.get(id);
    pending?.decide(decision);
    return pending !== undefined;
  }
}
