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
import type { Clock } from "../../core/clock.ts";
import { ToolError } from "../../core/errors.ts";
import type { EventBody } from "../../wire/adk.ts";
import { approvalTimeoutMs } from "../../wire/parley-v1.ts";

interface PendingApproval {
  readonly request: ApprovalRequest;
  /** By the clock, ms. */
  readonly expiresAt: number;
  readonly decide: (decision: ApprovalDecision, why?: string) => void;
}

/** For the model. */
const idInUse =
  "Another call of this id waits for approval, so this one was not made. Call it again once that one is answered.";

/** @param expiresInMs of a request: it is declined then. */
type Publish = (body: EventBody, expiresInMs?: number) => void;

export class Approvals {
  readonly #clock: Clock;
  readonly #publish: Publish;
  readonly #pending = new Map<string, PendingApproval>();

  constructor(clock: Clock, publish: Publish) {
    this.#clock = clock;
    this.#publish = publish;
  }

  /** The request events without a decision, and the time that is left for it: for a client that joins later. */
  get pending(): readonly { readonly body: EventBody; readonly expiresInMs: number }[] {
    const now = this.#clock.now();
    return [...this.#pending.values()].map(({ request, expiresAt }) => ({
      body: approvalRequestEvent(request),
      expiresInMs: Math.max(0, expiresAt - now),
    }));
  }

  /**
   * @throws the signal's reason if the call is aborted; the decision event is published nevertheless.
   * @throws ToolError if another call of this id waits, such as an earlier agent's: a decision must be of one call.
   */
  async request(
    request: ApprovalRequest,
    signal: AbortSignal,
  ): Promise<ApprovalDecision & { readonly why?: string }> {
    signal.throwIfAborted();
    if (this.#pending.has(request.id)) throw new ToolError(idInUse);
    const { promise, resolve } = Promise.withResolvers<
      ApprovalDecision & { readonly why?: string }
    >();
    const decide: PendingApproval["decide"] = (decision, why) => {
      if (!this.#pending.delete(request.id)) return;
      this.#publish(approvalDecisionEvent(request, decision, why));
      resolve({ ...decision, ...(why !== undefined && { why }) });
    };
    const decline = (why: string): void => decide({ approved: false }, why);
    const expiresAt = this.#clock.now() + approvalTimeoutMs;
    const timer = this.#clock.after(approvalTimeoutMs, () =>
      decline("No operator approved it in time."),
    );
    const onAbort = (): void => decline("The call was given up.");
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(request.id, { request, expiresAt, decide });
    this.#publish(approvalRequestEvent(request), approvalTimeoutMs);
    const decision = await promise;
    timer.cancel();
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
