/** The page's header (connection, participants, agent picker) and footer (model, tokens). */
import { html, nothing, type TemplateResult } from "lit";
import type {
  ConnectionState,
  ParticipantList,
  ServerInfo,
  TokenUsage,
} from "../../../packages/client/src/index.ts";
import { logoIcon, menuIcon, newIcon } from "./icons.ts";

interface HeaderProps {
  readonly connection: ConnectionState;
  readonly participants: ParticipantList;
  readonly agents: readonly string[];
  readonly agent: string | undefined;
  readonly chooseAgent: (agent: string) => void;
  readonly newConversation: () => void;
  readonly drawerOpen: boolean;
  readonly toggleDrawer: () => void;
}

const connectionLabels: Record<ConnectionState["status"], string> = {
  closed: "Not connected",
  connecting: "Connecting",
  open: "Connected",
  backoff: "Reconnecting",
};

export const renderHeader = (props: HeaderProps): TemplateResult => {
  const { connection, participants, agents, agent, chooseAgent, newConversation } = props;
  const offline = connection.status === "backoff" && connection.offline;
  const shared = connection.status === "open" && participants.list.length > 1;
  return html`
    <header>
      <h1>${logoIcon} parley</h1>
      <p class="connection" data-status=${connection.status} role="status">
        <span>${offline ? "Offline" : connectionLabels[connection.status]}</span>
        ${shared ? renderParticipantCount(participants) : nothing}
      </p>
      ${agents.length > 1 ? renderAgentPicker(agents, agent, chooseAgent) : nothing}
      <button class="new-conversation" title="New conversation" @click=${newConversation}>
        ${newIcon}<span>New conversation</span>
      </button>
      <button
        class="menu"
        aria-label="Menu"
        title="Menu"
        aria-haspopup="dialog"
        aria-expanded=${props.drawerOpen}
        @click=${props.toggleDrawer}
      >
        ${menuIcon}
      </button>
    </header>
  `;
};

const renderParticipantCount = (participants: ParticipantList): TemplateResult =>
  html`<strong class="participants" title=${describeParticipants(participants)}
    >${participants.list.length} here</strong
  >`;

/** One line for each participant: the role, and whether it is muted or speaking. */
const describeParticipants = ({ you, speaking, list }: ParticipantList): string =>
  list
    .map(({ id, role, muted }) =>
      [
        id === you ? `You, ${role}` : role,
        ...(muted ? ["muted"] : []),
        ...(id === speaking ? ["speaking"] : []),
      ].join(", "),
    )
    .join("\n");

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

export const renderFooter = (
  { upstream, model }: Pick<ServerInfo, "upstream" | "model">,
  tokens?: TokenUsage,
): TemplateResult => html`
  <footer>
    <span>${[upstream, model].filter(Boolean).join(" · ")}</span>
    ${
      tokens
        ? html`<span
            class="tokens"
            title="Last turn: ${formatCount(tokens.input)} in, ${formatCount(tokens.output)} out"
            >${formatCount(tokens.total)} tokens</span
          >`
        : nothing
    }
  </footer>
`;

const formatCount = (count: number): string => count.toLocaleString("en");
