/** The cards that ask whether the agent may do what it wants to do. */
import { html, type TemplateResult } from "lit";

interface Question {
  readonly id: string;
  readonly hint: string;
  readonly sent: boolean;
}

interface Desk {
  readonly questions: readonly Question[];
  /** Whether a decision can reach the server now. */
  readonly connected: boolean;
  readonly decide: (id: string, approved: boolean) => void;
}

/** The live region is there before the question is: else screen readers miss the first. */
export const approvals = (desk: Desk): TemplateResult => html`
  <div class="approvals" role="alert" ?hidden=${desk.questions.length === 0}>
    ${desk.questions.map((question) => card(question, desk))}
  </div>
`;

const card = ({ id, hint, sent }: Question, { connected, decide }: Desk): TemplateResult => html`
  <section role="group" aria-label="Approval">
    <p>The agent wants to <strong>${hint || "use a tool"}</strong>.</p>
    <button class="approve" ?disabled=${sent || !connected} @click=${() => decide(id, true)}>
      Approve
    </button>
    <button ?disabled=${sent || !connected} @click=${() => decide(id, false)}>Decline</button>
  </section>
`;
