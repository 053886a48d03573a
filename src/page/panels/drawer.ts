/**
 * The drawer with the machinery of the page: beside the conversation on a wide screen, a modal sheet on a narrow one.
 *
 * Its file is a chunk of its own, which the page loads when a user opens the drawer for the first time.
 */
import {
  html,
  LitElement,
  nothing,
  unsafeCSS,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { followLanguage, strings } from "../language/strings.ts";
import { closeIcon } from "../view/icons.ts";
import type { DrawerContent } from "./drawer-content.ts";
import { Conversations } from "./conversations.ts";
import { renderCost } from "./cost-panel.ts";
import sheet from "./drawer.css";
import { Inspector } from "./inspector.ts";
import { renderDevices } from "./devices-panel.ts";
import { renderLatency } from "./latency-panel.ts";
import panelsSheet from "./panels.css";
import { panelTabs, type PanelTab } from "./panel-tabs.ts";
import { connectedMs } from "./token-usage.ts";
import { Share } from "./share.ts";
import { renderSettings } from "./settings-panel.ts";
import { tabIcons } from "./tab-icons.ts";

/** From here on the conversation has room beside the drawer. Also in drawer-layout.css. */
const besideQuery = "(min-width: 75rem)";

const measureIntervalMs = 500;

export class Drawer extends LitElement {
  static override styles = [unsafeCSS(sheet), unsafeCSS(panelsSheet)];
  static override properties = {
    open: { type: Boolean },
    takesFocus: { attribute: false },
    tab: { attribute: false },
    content: { attribute: false },
  };

  declare open: boolean;
  /** Whether a user opens the drawer: a reload must not move the focus. */
  declare takesFocus: boolean;
  declare tab: PanelTab;
  declare content: DrawerContent | undefined;

  readonly #beside = matchMedia(besideQuery);
  #isModal = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    followLanguage(this);
    this.open = false;
    this.takesFocus = false;
    this.tab = panelTabs[0];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#beside.addEventListener("change", this.#layoutChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#beside.removeEventListener("change", this.#layoutChanged);
    clearTimeout(this.#timer);
  }

  override render(): TemplateResult {
    const texts = strings().drawer;
    return html`
      <dialog
        aria-labelledby="title"
        @keydown=${this.#keyPressed}
        @cancel=${this.#cancelled}
        @click=${this.#clicked}
      >
        <div class="frame">
          <div class="bar">
            <h2 id="title">${texts.tabs[this.tab]}</h2>
            <button
              class="icon"
              aria-label=${texts.close}
              title=${texts.closeTitle}
              @click=${this.#close}
            >
              ${closeIcon}
            </button>
          </div>
          <div role="tablist" aria-label=${texts.panels} @keydown=${this.#tabKeyPressed}>
            ${panelTabs.map((tab) => this.#renderTab(tab))}
          </div>
          <div
            id="panel"
            role="tabpanel"
            aria-labelledby="tab-${this.tab}"
            tabindex="-1"
            class=${this.tab}
          >
            ${this.open && this.content ? this.#renderPanel(this.content) : nothing}
          </div>
        </div>
      </dialog>
    `;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("open")) this.#apply(this.takesFocus);
    this.#measureAgainLater();
  }

  /** Puts the focus on the selected tab: a screen reader says where the user is. */
  focusTab(): void {
    this.renderRoot.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }

  #renderTab(tab: PanelTab): TemplateResult {
    const selected = tab === this.tab;
    return html`<button
      id="tab-${tab}"
      role="tab"
      aria-selected=${selected}
      aria-controls="panel"
      tabindex=${selected ? 0 : -1}
      @click=${() => this.#select(tab)}
    >
      ${tabIcons[tab]}<span>${strings().drawer.tabs[tab]}</span>
    </button>`;
  }

  #renderPanel(content: DrawerContent): TemplateResult {
    const { meter } = content;
    switch (this.tab) {
      case "history":
        return html`<parley-conversations
          .owner=${content.owner}
          .current=${content.identity.session}
        ></parley-conversations>`;
      case "share":
        return html`<parley-share
          .identity=${content.identity}
          .ownRole=${content.role}
          .hasToken=${content.hasToken}
        ></parley-share>`;
      case "settings":
        return renderSettings(content.settings, renderDevices(content.devices));
      case "latency":
        return renderLatency(meter.latency);
      case "cost":
        return renderCost({
          usage: meter.usage,
          connectedMs: connectedMs(meter.usage, performance.now()),
          model: content.model,
          prices: content.prices,
        });
      case "events":
        return html`<parley-inspector .log=${content.log}></parley-inspector>`;
    }
  }

  /** The measurements change with every frame: they are shown anew twice a second. */
  #measureAgainLater(): void {
    clearTimeout(this.#timer);
    if (this.open && (this.tab === "latency" || this.tab === "cost"))
      this.#timer = setTimeout(() => this.requestUpdate(), measureIntervalMs);
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  #apply(takeFocus: boolean): void {
    const dialog = this.#dialog;
    if (!dialog) return;
    if (!this.open) return dialog.close();
    this.#isModal = !this.#beside.matches;
    if (this.#isModal) dialog.showModal();
    // `show()` would move the focus.
    else dialog.open = true;
    if (takeFocus || this.#isModal) this.focusTab();
  }

  /** A dialog changes between modal and not only by being opened anew. */
  readonly #layoutChanged = (): void => {
    if (!this.open || this.#isModal === !this.#beside.matches) return;
    const hadFocus = this.matches(":focus-within");
    this.#dialog?.close();
    this.#apply(hadFocus);
  };

  /** Escape closes the drawer that has the focus, and then does not stop the answer. */
  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#close();
  };

  /** A phone's way back closes a modal dialog without a key. */
  readonly #cancelled = (event: Event): void => {
    event.preventDefault();
    this.#close();
  };

  /** The dialog itself is clicked only beside its frame, on the backdrop. */
  readonly #clicked = (event: Event): void => {
    if (this.#isModal && event.target === this.#dialog) this.#close();
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent("drawer-close"));
  };

  readonly #tabKeyPressed = (event: KeyboardEvent): void => {
    const target = nextTab(this.tab, event.key);
    if (!target) return;
    event.preventDefault();
    this.#select(target);
    void this.updateComplete.then(() => this.focusTab());
  };

  #select(tab: PanelTab): void {
    this.tab = tab;
    this.dispatchEvent(new CustomEvent<PanelTab>("drawer-tab", { detail: tab }));
  }
}

/** The keys of a list of tabs. Undefined for any other key. */
function nextTab(tab: PanelTab, key: string): PanelTab | undefined {
  const at = panelTabs.indexOf(tab);
  if (key === "ArrowRight") return panelTabs[(at + 1) % panelTabs.length];
  if (key === "ArrowLeft") return panelTabs.at(at - 1);
  if (key === "Home") return panelTabs[0];
  return key === "End" ? panelTabs.at(-1) : undefined;
}

customElements.define("parley-conversations", Conversations);
customElements.define("parley-share", Share);
customElements.define("parley-inspector", Inspector);
customElements.define("parley-drawer", Drawer);
