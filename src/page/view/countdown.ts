/** The time that is left, by the second. */
import { html, LitElement, type TemplateResult } from "lit";
import { followLanguage, strings } from "../language/strings.ts";

/** With less the card is urgent, ms. */
const urgentMs = 30_000;

export class Countdown extends LitElement {
  static override properties = {
    until: { attribute: false },
    urgent: { type: Boolean, reflect: true },
  };

  /** ms since the epoch. */
  declare until: number;
  declare urgent: boolean;

  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    followLanguage(this);
    this.until = 0;
    this.urgent = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override willUpdate(): void {
    const left = this.until - Date.now();
    if (this.urgent !== left < urgentMs) this.urgent = left < urgentMs;
  }

  override render(): TemplateResult {
    const seconds = Math.max(0, Math.ceil((this.until - Date.now()) / 1000));
    if (seconds === 0) return html`${strings().approval.expired}`;
    const rest = String(seconds % 60).padStart(2, "0");
    return html`${strings().approval.left(`${Math.floor(seconds / 60)}:${rest}`)}`;
  }
}
