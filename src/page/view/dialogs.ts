/** Dialogs over the page: the list of shortcuts, and the question before another agent takes over. */
import { html, LitElement, nothing, unsafeCSS, type TemplateResult } from "lit";
import { displayName } from "./display-name.ts";
import sheet from "./dialogs.css";
import { followLanguage, strings } from "../language/strings.ts";

export type PageDialog =
  | { readonly kind: "shortcuts" }
  /** The conversation with the agent `from` would be left for one with `to`. */
  | { readonly kind: "switchAgent"; readonly from: string; readonly to: string };

/** Sends `switch-agent` with the name of the agent, and `close` however it is closed. */
export class Dialog extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = { dialog: { attribute: false } };

  declare dialog: PageDialog | undefined;

  constructor() {
    super();
    followLanguage(this);
    this.dialog = undefined;
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title" @close=${this.#closed}>
      ${this.dialog ? this.#renderContent(this.dialog) : nothing}
    </dialog>`;
  }

  override updated(): void {
    const element = this.renderRoot.querySelector("dialog");
    if (this.dialog && !element?.open) element?.showModal();
    else if (!this.dialog) element?.close();
  }

  #renderContent(dialog: PageDialog): TemplateResult {
    const texts = strings().dialogs;
    if (dialog.kind === "shortcuts")
      return html`<h2 id="title">${texts.shortcuts}</h2>
        <dl>
          ${Object.values(texts.keys).map(
            ([key, meaning]) =>
              html`<dt><kbd>${key}</kbd></dt>
                <dd>${meaning}</dd>`,
          )}
        </dl>
        <p><button @click=${this.#closed}>${texts.close}</button></p>`;
    const [from, to] = [displayName(dialog.from), displayName(dialog.to)];
    return html`<h2 id="title">${texts.switchQuestion(to)}</h2>
      <p>${texts.leaves(from)}</p>
      <p>
        <button class="primary" @click=${() => this.#switch(dialog.to)}>
          ${texts.switchTo(to)}
        </button>
        <button @click=${this.#closed}>${texts.stay}</button>
      </p>`;
  }

  #switch(agent: string): void {
    this.dispatchEvent(new CustomEvent("switch-agent", { detail: agent }));
  }

  readonly #closed = (): void => {
    this.dispatchEvent(new CustomEvent("close"));
  };
}
