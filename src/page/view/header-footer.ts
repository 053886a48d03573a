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
import { english, type PageStrings } from "../language/english.ts";
import { strings } from "../language/strings.ts";

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

export const renderHeader = (props: HeaderProps): TemplateResult => {
  const { connection, participants, agents, newConversation } = props;
  const texts = strings().header;
  const shared = connection.status === "open" && participants.list.length > 1;
  return html`
    <header>
      <h1>${logoIcon}<span translate="no">parley</span></h1>
      <p class="connection" data-status=${connection.status} role="status">
        <span>${texts.status[statusOf(connection)]}</span>
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
      <button class="new-conversation" title=${texts.newConversation} @click=${newConversation}>
        ${newIcon}<span>${texts.newConversation}</span>
      </button>
      <button
        class="menu"
        aria-label=${texts.menu}
        title=${texts.menu}
        aria-haspopup="dialog"
        aria-expanded=${props.drawerOpen}
        @click=${props.toggleDrawer}
      >
        ${menuIcon}
      </button>
    </header>
  `;
};

/** A lost connection stays lost through each attempt. */
function statusOf(connection: ConnectionState): keyof PageStrings["header"]["status"] {
  const { status } = connection;
  if (status !== "backoff" && !(status === "connecting" && connection.retry)) return status;
  return connection.offline ? "offline" : "backoff";
}

export const renderFooter = (
  { upstream, model }: Pick<ServerInfo, "upstream" | "model">,
  tokens?: TokenUsage,
): TemplateResult => html`
  <footer>
    <span translate="no">${[nameOf(upstream), model].filter(Boolean).join(" · ")}</span>
    ${
      tokens
        ? html`<span
            class="tokens"
            title=${strings().header.lastTurn(formatCount(tokens.input), formatCount(tokens.output))}
            ><span class="of-turn">${strings().header.ofLastTurn}</span
            >${strings().header.tokens(formatCount(tokens.total))}</span
          >`
        : nothing
    }
  </footer>
`;

const nameOf = (upstream: ServerInfo["upstream"]): ServerInfo["upstream"] =>
  upstream === english.header.localEmulator ? strings().header.localEmulator : upstream;

const formatCount = (count: number): string => count.toLocaleString("en");
