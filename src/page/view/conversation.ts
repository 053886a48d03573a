/** The transcript or, while it is empty, the welcome; and the notice over them. */
import { html, type TemplateResult } from "lit";
import type { AgentInfo, CallState } from "../../../packages/client/src/index.ts";
import { renderNotice } from "./notice.ts";
import type { Phase } from "./phase.ts";
import { renderWelcome } from "./welcome.ts";
import { strings } from "../language/strings.ts";

interface ConversationProps {
  readonly phase: Phase;
  readonly state: CallState;
  /** Undefined until the server has described its agents. */
  readonly agent: AgentInfo | undefined;
  readonly userName: string;
  /** The notice; undefined: none. */
  readonly message: string | undefined;
  readonly dismiss: () => void;
  readonly takeToken: (token: string) => void;
  readonly send: (text: string) => void;
}

export const renderConversation = (props: ConversationProps): TemplateResult => {
  const { phase, state, agent, userName, message, dismiss, takeToken, send } = props;
  const { captions, listenOnly, noticeCode, connection } = state;
  const isTokenRefused = noticeCode === "UNAUTHENTICATED" && connection.status === "closed";
  // Or it expires within a minute, and the page has no newer one.
  const needsToken = isTokenRefused || noticeCode === "NO_TOKEN";
  return html`<section class="conversation" aria-label=${strings().transcript.conversation}>
    <parley-transcript .captions=${captions.list} .userName=${userName}>
      ${renderWelcome({
        phase,
        listenOnly,
        isRefused: message !== undefined && connection.status === "closed",
        typesOnly: state.turnTaking === "text",
        description: agent?.description,
        suggestions: agent?.suggestions ?? [],
        send,
      })}
    </parley-transcript>
    ${renderNotice({ message, dismiss, takeToken: needsToken ? takeToken : undefined })}
  </section>`;
};
