/** The living sign of who is heard: it swells with the voice, and draws only while there is one. */
import { html, LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { smoothLevel } from "../audio/loudness.ts";
import sheet from "./orb.css";

export type OrbMood = "still" | "busy" | "listening" | "speaking";

export class Orb extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = { mood: { reflect: true }, level: { attribute: false } };

  declare mood: OrbMood;
  /** 0 to 1, asked for once per picture. */
  declare level: () => number;

  #shown = 0;
  #frame = 0;

  constructor() {
    super();
    this.mood = "still";
    this.level = () => 0;
  }

  override render(): TemplateResult {
    return html`<span class="halo far"></span><span class="halo near"></span>
      <span class="core">
        <span class="bars">${[0, 1, 2, 3, 4].map(() => html`<i></i>`)}</span>
        <slot></slot>
      </span>`;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("mood")) this.#animate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
  }

  #animate(): void {
    cancelAnimationFrame(this.#frame);
    if (this.mood === "listening" || this.mood === "speaking")
      this.#frame = requestAnimationFrame(this.#draw);
    else this.#show(0);
  }

  readonly #draw = (): void => {
    this.#show(smoothLevel(this.#shown, this.level()));
    this.#frame = requestAnimationFrame(this.#draw);
  };

  #show(level: number): void {
    if (Math.abs(level - this.#shown) < 0.002 && level !== 0) return;
    this.#shown = level;
    this.style.setProperty("--level", level.toFixed(3));
  }
}
