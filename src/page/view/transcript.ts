/** The transcript element: a list of captions that follows its end unless the reader has scrolled up. */
import {
  html,
  LitElement,
  nothing,
  unsafeCSS,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Caption, CaptionState } from "../../../packages/client/src/state/captions.ts";
import { downIcon } from "./icons.ts";
import { renderSources } from "./sources.ts";
import sheet from "./transcript.css";

/** A reader within this distance of the end, px, counts as being at the end. */
const endTolerance = 48;

export class Transcript extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = {
    captions: { attribute: false },
    scrolledUp: { state: true },
    announcement: { state: true },
  };

  declare captions: readonly Caption[];
  declare scrolledUp: boolean;
  /** The latest finished caption, for screen readers: they must not read each partial. */
  declare announcement: string;

  constructor() {
    super();
    this.captions = [];
    this.scrolledUp = false;
    this.announcement = "";
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("captions")) return;
    const before = new Map(changed.get("captions")?.map(({ id, state }) => [id, state]));
    const finished = this.captions.findLast(
      ({ id, state }) => state !== "partial" && before.size > 0 && before.get(id) !== state,
    );
    if (finished) this.announcement = `${labelOf(finished)} ${finished.text}`;
  }

  override render(): TemplateResult {
    return html`
      <div
        class="scroller"
        role="log"
        aria-live="off"
        tabindex="0"
        aria-label="Transcript"
        @scroll=${this.#scrolled}
      >
        <ol>
          ${repeat(
            this.captions,
            ({ id }) => id,
            (caption, index) =>
              renderCaption(caption, changesSpeaker(caption, this.captions.slice(0, index))),
          )}
        </ol>
        ${this.captions.length === 0 ? html`<slot></slot>` : nothing}
      </div>
      ${
        this.scrolledUp
          ? html`<button class="latest" @click=${this.#scrollToEnd}>
              ${downIcon}<span>Latest</span>
            </button>`
          : nothing
      }
      <p class="visually-hidden" aria-live="polite">${this.announcement}</p>
    `;
  }

  override updated(): void {
    if (!this.scrolledUp) this.#scrollToEnd();
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector(".scroller");
  }

  readonly #scrolled = (): void => {
    const scroller = this.#scroller;
    if (!scroller) return;
    const { scrollHeight, scrollTop, clientHeight } = scroller;
    this.scrolledUp = scrollHeight - scrollTop - clientHeight > endTolerance;
  };

  readonly #scrollToEnd = (): void => {
    const scroller = this.#scroller;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
    this.scrolledUp = false;
  };
}

const sideLabels = { user: "You:", agent: "Agent:", note: "" };

const labelOf = ({ side, speaker }: Caption): string =>
  speaker === undefined ? sideLabels[side] : `${displayName(speaker)}:`;

const displayName = (agent: string): string => agent.replaceAll("_", " ");

/** Whether another agent answers than in the answer before. */
const changesSpeaker = ({ speaker }: Caption, before: readonly Caption[]): boolean =>
  speaker !== undefined && before.findLast(({ side }) => side === "agent")?.speaker !== speaker;

const renderCaption = (caption: Caption, showSpeaker: boolean): TemplateResult => {
  const { side, text, state, speaker, sources, picture } = caption;
  return html`<li class=${side} data-state=${state}>
    ${
      showSpeaker
        ? html`<b class="speaker" aria-hidden="true">${displayName(speaker ?? "")}</b>`
        : nothing
    }
    ${
      side === "note" ? nothing : html`<span class="visually-hidden">${labelOf(caption)} </span>`
    }<span class="text">${text.trim()}</span
    >${renderPicture(picture)}${renderMark(state)}${renderSources(sources)}
  </li>`;
};

/** A picture keeps its address while the page shows it. */
const addresses = new WeakMap<Blob, string>();

function renderPicture(picture: Blob | undefined): TemplateResult | typeof nothing {
  if (!picture) return nothing;
  const address = addresses.get(picture) ?? URL.createObjectURL(picture);
  addresses.set(picture, address);
  return html`<img src=${address} alt="A picture from the agent's tool" />`;
}

const marks: Partial<Record<CaptionState, string>> = {
  interrupted: "interrupted",
  queued: "will be sent",
  unsent: "was not sent",
};

const renderMark = (state: CaptionState): TemplateResult | typeof nothing =>
  marks[state] ? html` <small>${marks[state]}</small>` : nothing;
