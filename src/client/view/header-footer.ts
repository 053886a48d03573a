/** What surrounds the talk: who and where above, small print below. */
import { html, nothing, type TemplateResult } from "lit";
import { logoIcon, newIcon } from "./icons.ts";

interface ParticipantList {
  readonly you: string;
  readonly speaking?: string;
  readonly list: readonly Participant[];
}

interface Participant {
  readonly id: string;
  readonly role: string;
  readonly muted?: string;
}

export interface HeaderProps {
  readonly connection: { readonly at: string; readonly offline?: boolean };
  readonly participants: ParticipantList;
  readonly agents: readonly string[];
  readonly agent: string | undefined;
  readonly chooseAgent: (agent: string) => void;
  readonly newConversation: () => void;
}

const connectionLabels: Record<string, string> = {
  closed: "Not connected",
  connecting: "Connecting",
  open: "Connected",
  waiting: "Reconnecting",
};

export const renderHeader = (now: HeaderProps): TemplateResult => {
  const { connection, participants, agents, agent, chooseAgent, newConversation } = now;
  return html`
    <header>
      <h1>${logoIcon} parley</h1>
      <p class="link" data-at=${connection.at} role="status">
        <span>${connection.offline ? "Offline" : connectionLabels[connection.at]}</span>
        ${connection.at === "open" && participants.list.length > 1 ? renderParticipantCount(participants) : nothing}
      </p>
      ${agents.length > 1 ? renderAgentPicker(agents, agent, chooseAgent) : nothing}
      <button class="anew" title="New conversation" @click=${newConversation}>
        ${newIcon}<span>New conversation</span>
      </button>
    </header>
  `;
};

/** Others who are in the conversation: how many, and in the hint who, as far as it matters. */
const renderParticipantCount = ({ you, speaking, list }: ParticipantList): TemplateResult =>
  html`<strong
    class="here"
    title=${list.map((each) => describeParticipant(each, you, speaking)).join("\n")}
    >${list.length} here</strong
  >`;

const describeParticipant = (
  { id, role, muted }: Participant,
  you: string,
  speaking?: string,
): string =>
  [
    id === you ? `You, ${role}` : role,
    ...(muted ? ["muted"] : []),
    ...(id === speaking ? ["speaking"] : []),
  ].join(", ");

const renderAgentPicker = (
  agents: readonly string[],
  agent: string | undefined,
  choose: (agent: string) => void,
): TemplateResult => html`
  <select
    aria-label="Agent"
    @change=${({ target }: Event) => target instanceof HTMLSelectElement && choose(target.value)}
  >
    ${agents.map(
      (name) =>
        html`<option value=${name} ?selected=${name === agent}>
          ${name.replaceAll("_", " ")}
        </option>`,
    )}
  </select>
`;

interface FooterProps {
  readonly upstream?: string;
  readonly model?: string;
}

interface TokenUsage {
  readonly input: number;
  readonly output: number;
  readonly total: number;
}

export const renderFooter = (
  { upstream, model }: FooterProps,
  tokens?: TokenUsage,
): TemplateResult => html`
  <footer>
    <span>${[upstream, model].filter(Boolean).join(" · ")}</span>
    ${
      tokens
        ? html`<span
            class="tokens"
            title="Last turn: ${count(tokens.input)} in, ${count(tokens.output)} out"
            >${count(tokens.total)} tokens</span
          >`
        : nothing
    }
  </footer>
`;

const count = (tokens: number): string => tokens.toLocaleString("en");
