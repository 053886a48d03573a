/** The cards that ask whether the agent may do what it wants to do. */
import { html, type TemplateResult } from "lit";

interface ApprovalRequest {
  readonly id: string;
  readonly hint: string;
  readonly sent: boolean;
}

interface ApprovalsProps {
  readonly requests: readonly ApprovalRequest[];
  /** Whether a decision can reach the server now. */
  readonly connected: boolean;
  readonly decide: (id: string, approved: boolean) => void;
}

/** The live region is there before the question is: else screen readers miss the first. */
export const renderApprovals = (desk: ApprovalsProps): TemplateResult => html`
  <div class="approvals" role="alert" ?hidden=${desk.requests.length === 0}>
    ${desk.requests.map((question) => renderCard(question, desk))}
  </div>
`;

const renderCard = (
  { id, hint, sent }: ApprovalRequest,
  { connected, decide }: ApprovalsProps,
): TemplateResult => html`
  <section role="group" aria-label="Approval">
    <p>The agent wants to <strong>${hint || "use a tool"}</strong>.</p>
    <button class="approve" ?disabled=${sent || !connected} @click=${() => decide(id, true)}>
      Approve
    </button>
    <button ?disabled=${sent || !connected} @click=${() => decide(id, false)}>Decline</button>
  </section>
`;
