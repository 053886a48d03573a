/** The notice, an overlay on the transcript: showing it must not move the layout. */
import { html, nothing, type TemplateResult } from "lit";
import type { AgentInfo, CallState } from "../../../packages/client/src/index.ts";
import { ifDefined } from "lit/directives/if-defined.js";
import { closeIcon } from "./icons.ts";
import { languageOf } from "./language-of.ts";
import { strings } from "../language/strings.ts";

interface NoticeProps {
  readonly message: string | undefined;
  readonly dismiss: () => void;
  /** Takes a new token; undefined where none would help. */
  readonly takeToken: ((token: string) => void) | undefined;
}

/**
 * The live region exists, and is not hidden, before the first message: screen readers do not announce the first content of
 * a new region.
 */
export const renderNotice = (props: NoticeProps): TemplateResult => html`
  <div class="notices" role="alert">${props.message ? renderMessage(props) : nothing}</div>
`;

const renderMessage = ({ message, dismiss, takeToken }: NoticeProps): TemplateResult => html`
  <div class="notice">
    <p lang=${ifDefined(languageOf(message ?? ""))}>${message}</p>
    <button aria-label=${strings().notice.dismiss} @click=${dismiss}>${closeIcon}</button>
    ${takeToken ? renderTokenForm(takeToken) : nothing}
  </div>
`;

const renderTokenForm = (takeToken: (token: string) => void): TemplateResult => html`
  <form
    class="token"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const input = (event.target as HTMLFormElement).elements.namedItem("token");
      if (input instanceof HTMLInputElement && input.value.trim() !== "")
        takeToken(input.value.trim());
    }}
  >
    <input
      name="token"
      aria-label=${strings().notice.token}
      placeholder=${strings().notice.pasteToken}
      autocomplete="off"
      spellcheck="false"
    />
    <button class="take">${strings().notice.connect}</button>
  </form>
`;

/** The call's notice, in the page's language where it has the error: the server's words stay as they come. Without one, a wrong agent. */
export const describeNotice = (
  { notice, noticeCode = "" }: Pick<CallState, "notice" | "noticeCode">,
  agents: readonly AgentInfo[],
  agent: string | undefined,
): string | undefined =>
  notice === undefined ? describeUnknownAgent(agents, agent) : wordsOf(noticeCode, notice);

/** By the code of an error, if the page's language has it; else the words that it brings. */
export const wordsOf = (code: string | undefined, message: string): string =>
  strings().errors[code ?? ""] ??
  // The browser's names of errors end so, and no code of the server: one for all that have no words of their own.
  (code?.endsWith("Error") ? strings().errors["Error"] : undefined) ??
  message;

/** @returns undefined if the server has the agent, or has not described its agents. */
const describeUnknownAgent = (
  agents: readonly AgentInfo[],
  agent: string | undefined,
): string | undefined =>
  agents.length === 0 || agents.some(({ name }) => name === agent)
    ? undefined
    : strings().agents.unknown(agent ?? "");
