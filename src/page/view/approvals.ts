/** Cards for open approval requests. */
import { html, nothing, type TemplateResult } from "lit";
import { displayName } from "./display-name.ts";
import type { ApprovalRequest } from "../../../packages/client/src/index.ts";

interface ApprovalsProps {
  readonly requests: readonly ApprovalRequest[];
  /** A decision can reach the server. */
  readonly connected: boolean;
  readonly decide: (id: string, approved: boolean) => void;
}

/** The live region exists before the first request: screen readers do not announce the first content of a new region. */
export const renderApprovals = (props: ApprovalsProps): TemplateResult => html`
  <div class="approvals" role="alert" ?hidden=${props.requests.length === 0}>
    ${props.requests.map((request) => renderCard(request, props))}
  </div>
`;

const renderCard = (
  { id, hint, agent, expiresAt, decisionSent }: ApprovalRequest,
  { connected, decide }: ApprovalsProps,
): TemplateResult => {
  const disabled = decisionSent || !connected;
  return html`
    <section role="group" aria-label="Approval">
      <p class="asks">
        <strong>Approval needed</strong>
        ${
          expiresAt === undefined
            ? nothing
            : html`<parley-countdown .until=${expiresAt} role="timer"></parley-countdown>`
        }
      </p>
      <p>
        ${agent === undefined ? "The agent" : displayName(agent)} wants to
        <strong>${hint || "use a tool"}</strong>.
      </p>
      <button class="approve" ?disabled=${disabled} @click=${() => decide(id, true)}>
        Approve
      </button>
      <button ?disabled=${disabled} @click=${() => decide(id, false)}>Decline</button>
      ${decisionSent ? html`<p class="sent" role="status">Sent. Waiting for the server.</p>` : nothing}
    </section>
  `;
};
