/** What surrounds the talk: who and where above, small print below. */
import { html, nothing, type TemplateResult } from "lit";
import { markIcon, newIcon } from "./icons.ts";

interface Present {
  readonly you: string;
  readonly speaking?: string;
  readonly list: readonly Person[];
}

interface Person {
  readonly id: string;
  readonly role: string;
  readonly muted?: string;
}

export interface Header {
  readonly link: { readonly at: string; readonly offline?: boolean };
  readonly people: Present;
  readonly agents: readonly string[];
  readonly agent: string | undefined;
  readonly choose: (agent: string) => void;
  readonly anew: () => void;
}

const linkWords: Record<string, string> = {
  closed: "Not connected",
  connecting: "Connecting",
  open: "Connected",
  waiting: "Reconnecting",
};

export const header = (now: Header): TemplateResult => {
  const { link, people, agents, agent, choose, anew } = now;
  return html`
    <header>
      <h1>${markIcon} parley</h1>
      <p class="link" data-at=${link.at} role="status">
        <span>${link.offline ? "Offline" : linkWords[link.at]}</span>
        ${link.at === "open" && people.list.length > 1 ? here(people) : nothing}
      </p>
      ${agents.length > 1 ? picker(agents, agent, choose) : nothing}
      <button class="anew" title="New conversation" @click=${anew}>
        ${newIcon}<span>New conversation</span>
      </button>
    </header>
  `;
};

/** Others who are in the conversation: how many, and in the hint who, as far as it matters. */
const here = ({ you, speaking, list }: Present): TemplateResult =>
  html`<strong class="here" title=${list.map((each) => personWords(each, you, speaking)).join("\n")}
    >${list.length} here</strong
  >`;

const personWords = ({ id, role, muted }: Person, you: string, speaking?: string): string =>
  [
    id === you ? `You, ${role}` : role,
    ...(muted ? ["muted"] : []),
    ...(id === speaking ? ["speaking"] : []),
  ].join(", ");

const picker = (
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

interface SmallPrint {
  readonly upstream?: string;
  readonly model?: string;
}

interface Counted {
  readonly input: number;
  readonly output: number;
  readonly total: number;
}

export const footer = ({ upstream, model }: SmallPrint, tokens?: Counted): TemplateResult => html`
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
