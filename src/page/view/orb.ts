/** The orb element: swells with the audio level. It draws frames only while the user or the agent may be heard. */
import { html, LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { smoothLevel } from "../../../packages/client/src/index.ts";
import sheet from "./orb.css";

export type OrbActivity =
  | "still"
  | "busy"
  | "thinking"
  | "listening"
  | "speaking"
  | "muted"
  | "watching"
  | "lost";

export class Orb extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = { activity: { reflect: true }, level: { attribute: false } };

  declare activity: OrbActivity;
  /** 0 to 1, read once per animation frame. */
  declare level: () => number;

  #shownLevel = 0;
  #frameRequest = 0;

  constructor() {
    super();
    this.activity = "still";
    this.level = () => 0;
  }

  override render(): TemplateResult {
    return html`<span class="halo far"></span><span class="halo near"></span>
      <span class="core">
        <span class="bars">${[0, 1, 2, 3, 4].map(() => html`<i></i>`)}</span>
        <span class="dots">${[0, 1, 2].map(() => html`<b></b>`)}</span>
        <slot></slot>
      </span>
      <span class="ring"></span>`;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("activity")) this.#animate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frameRequest);
  }

  #animate(): void {
    cancelAnimationFrame(this.#frameRequest);
    if (this.activity === "listening" || this.activity === "speaking")
      this.#frameRequest = requestAnimationFrame(this.#draw);
    else this.#show(0);
  }

  readonly #draw = (): void => {
    this.#show(smoothLevel(this.#shownLevel, this.level()));
    this.#frameRequest = requestAnimationFrame(this.#draw);
  };

  #show(level: number): void {
    if (Math.abs(level - this.#shownLevel) < 0.002 && level !== 0) return;
    this.#shownLevel = level;
    this.style.setProperty("--level", level.toFixed(3));
  }
}
