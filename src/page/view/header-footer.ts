/** The page's header (connection, participants, agent picker) and footer (model, tokens). */
import { html, nothing, type TemplateResult } from "lit";
import type {
  AgentInfo,
  ConnectionState,
  ParticipantList,
  ServerInfo,
  TokenUsage,
} from "../../../packages/client/src/index.ts";
import type { PeopleControl } from "./people.ts";
import { logoIcon, menuIcon, newIcon } from "./icons.ts";

interface HeaderProps {
  readonly connection: ConnectionState;
  readonly participants: ParticipantList;
  readonly agents: readonly AgentInfo[];
  /** For everybody but the person that the conversation belongs to. */
  readonly userName: string;
  readonly control: (control: PeopleControl) => void;
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
  const { connection, participants, agents, newConversation } = props;
  const offline = connection.status === "backoff" && connection.offline;
  const shared = connection.status === "open" && participants.list.length > 1;
  return html`
    <header>
      <h1>${logoIcon}<span>parley</span></h1>
      <p class="connection" data-status=${connection.status} role="status">
        <span>${offline ? "Offline" : connectionLabels[connection.status]}</span>
      </p>
      ${
        shared
          ? html`<parley-people
              .participants=${participants}
              .userName=${props.userName}
              @control=${({ detail }: CustomEvent<PeopleControl>) => props.control(detail)}
            ></parley-people>`
          : nothing
      }
      <span class="gap"></span>
      ${
        agents.length > 1
          ? html`<parley-agent-picker
              .agents=${agents}
              .agent=${props.agent}
              @choose=${({ detail }: CustomEvent<string>) => props.chooseAgent(detail)}
            ></parley-agent-picker>`
          : nothing
      }
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
