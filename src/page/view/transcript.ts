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
import type { Caption, CaptionState } from "../../../packages/client/src/index.ts";
import { ifDefined } from "lit/directives/if-defined.js";
import { languageOf } from "./language-of.ts";
import { nameOfRole } from "./people.ts";
import { describeCall, renderToolRow } from "./tool-row.ts";
import { downIcon } from "./icons.ts";
import { renderSources } from "./sources.ts";
import sheet from "./transcript.css";
import { followLanguage, strings } from "../language/strings.ts";

/** A reader within this distance of the end, px, counts as being at the end. */
const endTolerance = 48;

export class Transcript extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = {
    captions: { attribute: false },
    userName: { attribute: false },
    scrolledUp: { state: true },
    announcement: { state: true },
  };

  declare captions: readonly Caption[];
  /** The name of the person that the conversation belongs to, for everybody else. */
  declare userName: string;
  declare scrolledUp: boolean;
  /** The latest finished caption, for screen readers: they must not read each partial. */
  declare announcement: string;

  /** Tiles, a card or the keyboard take room: a reader at the end stays there. */
  readonly #resizes = new ResizeObserver(() => {
    if (!this.scrolledUp) this.#scrollToEnd();
  });

  constructor() {
    super();
    followLanguage(this);
    this.captions = [];
    this.userName = strings().people.visitor;
    this.scrolledUp = false;
    this.announcement = "";
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("captions")) return;
    const before = new Map(changed.get("captions")?.map(({ id, state }) => [id, state]));
    const finished = this.captions.findLast(
      ({ id, state }) => state !== "partial" && before.size > 0 && before.get(id) !== state,
    );
    if (finished)
      this.announcement = `${this.#labelOf(finished)} ${finished.call ? describeCall(finished.call) : finished.text}`;
  }

  override render(): TemplateResult {
    return html`
      <div
        class="scroller"
        role="log"
        aria-live="off"
        tabindex="0"
        aria-label=${strings().transcript.label}
        @scroll=${this.#scrolled}
      >
        <ol>
          ${repeat(
            this.captions.filter(({ heard }) => heard !== 0),
            ({ id }) => id,
            (caption, index) => this.#renderCaption(caption, this.captions.slice(0, index)),
          )}
        </ol>
        ${this.captions.length === 0 ? html`<slot></slot>` : nothing}
      </div>
      ${
        this.scrolledUp
          ? html`<button class="latest" @click=${this.#scrollToEnd}>
              ${downIcon}<span>${strings().transcript.latest}</span>
            </button>`
          : nothing
      }
      <p class="visually-hidden" aria-live="polite">${this.announcement}</p>
    `;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  override updated(): void {
    if (!this.scrolledUp) this.#scrollToEnd();
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector(".scroller");
  }

  #renderCaption(caption: Caption, before: readonly Caption[]): TemplateResult {
    const { side, state, sources, call, by } = caption;
    if (call) return html`<li class="note tool" data-state=${state}>${renderToolRow(call)}</li>`;
    return html`<li
      class=${by ? `${side} other` : side}
      data-state=${state}
      dir="auto"
      lang=${ifDefined(languageOf(caption.text))}
    >
      ${
        changesSpeaker(caption, before)
          ? html`<b class="speaker" aria-hidden="true">${this.#nameOf(caption)}</b>`
          : nothing
      }
      ${
        side === "note"
          ? nothing
          : html`<span class="visually-hidden">${this.#labelOf(caption)} </span>`
      }${renderText(caption)}${renderPicture(caption)}${renderMark(state)}${renderSources(sources)}
    </li>`;
  }

  /** Before each line, for screen readers. */
  #labelOf(caption: Caption): string {
    return caption.side === "note" ? "" : strings().transcript.speaker(this.#nameOf(caption));
  }

  #nameOf({ side, speaker, by }: Caption): string {
    if (side === "agent")
      return speaker === undefined ? strings().transcript.agent : displayName(speaker);
    return by === undefined ? strings().people.you : nameOfRole(by, this.userName);
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

const displayName = (agent: string): string => agent.replaceAll("_", " ");

/** Another agent answers than in the answer before, or another person speaks than before. */
const changesSpeaker = ({ side, speaker, by }: Caption, before: readonly Caption[]): boolean => {
  const previous = before.findLast((caption) => caption.side === side);
  if (side === "user") return by !== undefined && previous?.by !== by;
  return speaker !== undefined && previous?.speaker !== speaker;
};

/** While an answer is spoken its words come with the voice; words that an interruption cut off stay, greyed. */
function renderText({ text, heard, state }: Caption): TemplateResult {
  const spoken = heard === undefined ? text : text.slice(0, heard);
  const rest = state === "interrupted" ? text.slice(spoken.length).trim() : "";
  return html`<span class="text">${spoken.trim()}</span>${
      rest === ""
        ? nothing
        : html` <span class="unheard" title=${strings().transcript.unheardTitle}
            ><span class="visually-hidden">${strings().transcript.unheard}</span>${rest}</span
          >`
    }`;
}

/** A picture keeps its address while the page shows it. */
const addresses = new WeakMap<Blob, string>();

function renderPicture({ side, picture }: Caption): TemplateResult | typeof nothing {
  // A picture of before a reload is gone: storage keeps text alone.
  if (!(picture instanceof Blob)) return nothing;
  const address = addresses.get(picture) ?? URL.createObjectURL(picture);
  addresses.set(picture, address);
  const { sentPicture, toolPicture } = strings().transcript;
  const alt = side === "user" ? sentPicture : toolPicture;
  return html`<img src=${address} alt=${alt} />`;
}

const renderMark = (state: CaptionState): TemplateResult | typeof nothing =>
  state === "interrupted" || state === "queued" || state === "unsent"
    ? html` <small>${strings().transcript[state]}</small>`
    : nothing;
