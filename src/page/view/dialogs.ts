/** Dialogs over the page: the list of shortcuts, and the question before another agent takes over. */
import { html, LitElement, nothing, unsafeCSS, type TemplateResult } from "lit";
import { displayName } from "./display-name.ts";
import sheet from "./dialogs.css";

export type PageDialog =
  | { readonly kind: "shortcuts" }
  /** The conversation with the agent `from` would be left for one with `to`. */
  | { readonly kind: "switchAgent"; readonly from: string; readonly to: string };

const shortcuts = [
  ["Space", "Mute and unmute the microphone, except while typing"],
  ["Escape", "Stop the answer"],
  ["Enter", "Send the typed message"],
  ["?", "Show this list"],
] as const;

/** Sends `switch-agent` with the name of the agent, and `close` however it is closed. */
export class Dialog extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = { dialog: { attribute: false } };

  declare dialog: PageDialog | undefined;

  constructor() {
    super();
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
    if (dialog.kind === "shortcuts")
      return html`<h2 id="title">Keyboard shortcuts</h2>
        <dl>
          ${shortcuts.map(
            ([key, meaning]) =>
              html`<dt><kbd>${key}</kbd></dt>
                <dd>${meaning}</dd>`,
          )}
        </dl>
        <p><button @click=${this.#closed}>Close</button></p>`;
    const [from, to] = [displayName(dialog.from), displayName(dialog.to)];
    return html`<h2 id="title">Talk with ${to}?</h2>
      <p>
        You leave the conversation with ${from}. Choose ${from} again, or go back, to return to it.
      </p>
      <p>
        <button class="primary" @click=${() => this.#switch(dialog.to)}>Talk with ${to}</button>
        <button @click=${this.#closed}>Stay</button>
      </p>`;
  }

  #switch(agent: string): void {
    this.dispatchEvent(new CustomEvent("switch-agent", { detail: agent }));
  }

  readonly #closed = (): void => {
    this.dispatchEvent(new CustomEvent("close"));
  };
}
