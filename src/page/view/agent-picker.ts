/** The agent picker: a combobox whose options have a name and a description. */
import { html, LitElement, nothing, unsafeCSS, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import type { AgentInfo } from "../../../packages/client/src/index.ts";
import { displayName } from "./display-name.ts";
import sheet from "./agent-picker.css";
import { followLanguage, strings } from "../language/strings.ts";
import { languageOf } from "./language-of.ts";

export class AgentPicker extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = {
    agents: { attribute: false },
    agent: { attribute: false },
    open: { state: true },
    active: { state: true },
  };

  declare agents: readonly AgentInfo[];
  /** The chosen agent's name, which may be none of this server. */
  declare agent: string | undefined;
  declare open: boolean;
  /** The index of the option that the keyboard is at. */
  declare active: number;

  constructor() {
    super();
    followLanguage(this);
    this.agents = [];
    this.agent = undefined;
    this.open = false;
    this.active = 0;
  }

  override render(): TemplateResult {
    const { open, active, agent } = this;
    const known = this.agents.some(({ name }) => name === agent);
    return html`
      <button
        role="combobox"
        aria-label=${strings().agents.label}
        aria-haspopup="listbox"
        aria-expanded=${open}
        aria-controls="agents"
        aria-activedescendant=${open ? `agent-${active}` : nothing}
        data-known=${known}
        @click=${() => this.#toggle()}
        @keydown=${this.#keyPressed}
        @blur=${() => (this.open = false)}
      >
        <span lang=${ifDefined(languageOf(known ? (agent ?? "") : strings().agents.choose))}
          >${known ? displayName(agent ?? "") : strings().agents.choose}</span
        >
      </button>
      <ul id="agents" role="listbox" aria-label=${strings().agents.list} ?hidden=${!open}>
        ${this.agents.map((option, index) => this.#renderOption(option, index))}
      </ul>
    `;
  }

  #renderOption({ name, description }: AgentInfo, index: number): TemplateResult {
    // A press must not take the focus from the button, whose loss closes the list before the click.
    return html`<li
      role="option"
      id=${`agent-${index}`}
      aria-selected=${name === this.agent}
      ?data-active=${index === this.active}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @click=${() => this.#choose(index)}
    >
      <strong lang=${ifDefined(languageOf(name))}>${displayName(name)}</strong
      >${description ? html`<span lang=${ifDefined(languageOf(description))}>${description}</span>` : nothing}
    </li>`;
  }

  override updated(): void {
    if (this.open)
      this.renderRoot.querySelector(`#agent-${this.active}`)?.scrollIntoView({ block: "nearest" });
  }

  #toggle(): void {
    this.open = !this.open;
    const chosen = this.agents.findIndex(({ name }) => name === this.agent);
    this.active = Math.max(0, chosen);
  }

  #choose(index: number): void {
    const name = this.agents[index]?.name;
    this.open = false;
    if (name !== undefined && name !== this.agent)
      this.dispatchEvent(new CustomEvent("choose", { detail: name }));
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
    const handled = this.open ? this.#moveOrChoose(event.key) : this.#opens(event.key);
    if (!handled) return;
    event.preventDefault();
    // Escape closes the list, and does not stop the answer as well.
    event.stopPropagation();
  };

  #opens(key: string): boolean {
    if (!["ArrowDown", "ArrowUp", "Enter", " "].includes(key)) return false;
    this.#toggle();
    return true;
  }

  #moveOrChoose(key: string): boolean {
    const last = this.agents.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: Math.min(last, this.active + 1),
      ArrowUp: Math.max(0, this.active - 1),
      Home: 0,
      End: last,
    };
    if (key === "Escape") this.open = false;
    else if (key === "Enter" || key === " ") this.#choose(this.active);
    else if (moves[key] !== undefined) this.active = moves[key];
    else return this.#jumpTo(key);
    return true;
  }

  /** To the next name with this first letter. */
  #jumpTo(key: string): boolean {
    if (key.length !== 1) return false;
    const order = this.agents.map((_, index) => (this.active + 1 + index) % this.agents.length);
    const found = order.find((index) => this.agents[index]?.name.startsWith(key.toLowerCase()));
    if (found !== undefined) this.active = found;
    return true;
  }
}
