/** Cards for open approval requests. */
import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { displayName } from "./display-name.ts";
import type { ApprovalRequest } from "../../../packages/client/src/index.ts";
import { strings } from "../language/strings.ts";
import { languageOf } from "./language-of.ts";

interface ApprovalsProps {
  readonly requests: readonly ApprovalRequest[];
  /** A decision can reach the server. */
  readonly connected: boolean;
  readonly decide: (id: string, approved: boolean) => void;
}

/** What this page has sent, by the ids of the requests: true approves. */
const sent = new Map<string, boolean>();

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
  const send = (approved: boolean) => (): void => {
    sent.set(id, approved);
    decide(id, approved);
  };
  const texts = strings().approval;
  const [before, after] = texts.wants(agent === undefined ? texts.theAgent : displayName(agent));
  return html`
    <section role="group" aria-label=${texts.label}>
      <p class="asks">
        <strong>${texts.needed}</strong>
        ${
          expiresAt === undefined
            ? nothing
            : html`<parley-countdown .until=${expiresAt} role="timer"></parley-countdown>`
        }
      </p>
      <p>
        ${before}<strong lang=${ifDefined(languageOf(hint || texts.someTool))}
          >${hint || texts.someTool}</strong
        >${after}
      </p>
      <button class="approve" ?disabled=${disabled} @click=${send(true)}>${texts.approve}</button>
      <button ?disabled=${disabled} @click=${send(false)}>${texts.decline}</button>
      ${decisionSent ? html`<p class="sent" role="status">${sent.get(id) ? texts.approved : texts.declined}</p>` : nothing}
    </section>
  `;
};
