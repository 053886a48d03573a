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
import { displayName } from "./display-name.ts";
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
  declare announcement: Caption | undefined;

  /** Tiles, a card, the keyboard or a turned screen change the room: a reader at the end stays there. */
  readonly #resizes = new ResizeObserver(() => {
    this.#size = sizeOf(this);
    if (this.scrolledUp) this.#measure();
    this.#followEnd();
  });
  /** As the observer has seen it last. */
  #size = "";

  constructor() {
    super();
    followLanguage(this);
    this.captions = [];
    this.userName = strings().people.visitor;
    this.scrolledUp = false;
    this.announcement = undefined;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("captions")) return;
    const before = new Map(changed.get("captions")?.map(({ id, state }) => [id, state]));
    const finished = this.captions.findLast(
      ({ id, state }) => state !== "partial" && before.size > 0 && before.get(id) !== state,
    );
    if (finished) this.announcement = finished;
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
        @toggle=${this.#rowToggled}
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
      <p class="visually-hidden" aria-live="polite" aria-atomic="true">
        ${this.announcement ? this.#renderAnnouncement(this.announcement) : nothing}
      </p>
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
    this.#followEnd();
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector(".scroller");
  }

  #renderAnnouncement(caption: Caption): TemplateResult {
    return html`${this.#renderLabel(caption)}
    ${renderWords(caption.call ? describeCall(caption.call) : textOf(caption))}`;
  }

  #renderCaption(caption: Caption, before: readonly Caption[]): TemplateResult {
    const { side, state, sources, call, by } = caption;
    if (call) return html`<li class="note tool" data-state=${state}>${renderToolRow(call)}</li>`;
    return html`<li class=${by ? `${side} other` : side} data-state=${state} dir="auto">
      ${
        changesSpeaker(caption, before)
          ? html`<b
              class="speaker"
              aria-hidden="true"
              lang=${ifDefined(languageOf(this.#nameOf(caption)))}
              >${this.#nameOf(caption)}</b
            >`
          : nothing
      }
      ${
        side === "note"
          ? nothing
          : html`<span class="visually-hidden">${this.#renderLabel(caption)} </span>`
      }${renderText(caption)}${renderPicture(caption, this.#followEnd)}${renderMark(state)}${renderSources(sources)}
    </li>`;
  }

  /** Before each line, for screen readers. */
  #renderLabel(caption: Caption): TemplateResult | typeof nothing {
    return caption.side === "note"
      ? nothing
      : renderWords(strings().transcript.speaker(this.#nameOf(caption)));
  }

  #nameOf({ side, speaker, by }: Caption): string {
    if (side === "agent")
      return speaker === undefined ? strings().transcript.agent : displayName(speaker);
    return by === undefined ? strings().people.you : nameOfRole(by, this.userName);
  }

  readonly #scrolled = (): void => {
    // A new size scrolls, too, before the observer is told: that was not the reader.
    if (sizeOf(this) === this.#size) this.#measure();
  };

  /** A reader of an opened row stays at it. The event does not bubble. */
  readonly #rowToggled = { handleEvent: (): void => this.#measure(), capture: true };

  #measure(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const { scrollHeight, scrollTop, clientHeight } = scroller;
    this.scrolledUp = scrollHeight - scrollTop - clientHeight > endTolerance;
  }

  /** The welcome begins at its headline. */
  readonly #followEnd = (): void => {
    if (!this.scrolledUp && this.captions.length > 0) this.#scrollToEnd();
  };

  readonly #scrollToEnd = (): void => {
    const scroller = this.#scroller;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
    this.scrolledUp = false;
  };
}

const sizeOf = ({ clientWidth, clientHeight }: Element): string => `${clientWidth} ${clientHeight}`;

/** Another agent answers than in the answer before, or another person speaks than before. */
const changesSpeaker = ({ side, speaker, by }: Caption, before: readonly Caption[]): boolean => {
  const previous = before.findLast((caption) => caption.side === side);
  if (side === "user") return by !== undefined && previous?.by !== by;
  return speaker !== undefined && previous?.speaker !== speaker;
};

/** While an answer is spoken its words come with the voice; words that an interruption cut off stay, greyed. */
function renderText(caption: Caption): TemplateResult {
  const { heard, state } = caption;
  const text = textOf(caption);
  const language = ifDefined(languageOf(text));
  const spoken = heard === undefined ? text : text.slice(0, heard);
  const rest = state === "interrupted" ? text.slice(spoken.length).trim() : "";
  return html`<span class="text" lang=${language}>${spoken.trim()}</span>${
      rest === ""
        ? nothing
        : html` <span class="unheard" title=${strings().transcript.unheardTitle}
            ><span class="visually-hidden">${strings().transcript.unheard}</span
            ><span lang=${language}>${rest}</span></span
          >`
    }`;
}

const renderWords = (words: string): TemplateResult =>
  html`<span lang=${ifDefined(languageOf(words))}>${words}</span>`;

/** The client's own words in the page's language; those of people and agents as they come. */
function textOf({ text, note }: Caption): string {
  const { notes } = strings().transcript;
  switch (note?.kind) {
    case "transferred":
      return notes.transferred(note.to, note.reason);
    case "skipped":
      return notes.skipped(note.seconds);
    case "sentPicture":
      return notes.sentPicture;
    case undefined:
      return text;
  }
}

/** A picture keeps its address while the page shows it. */
const addresses = new WeakMap<Blob, string>();

function renderPicture(
  { side, picture }: Caption,
  loaded: () => void,
): TemplateResult | typeof nothing {
  // A picture of before a reload is gone: storage keeps text alone.
  if (!(picture instanceof Blob)) return nothing;
  const address = addresses.get(picture) ?? URL.createObjectURL(picture);
  addresses.set(picture, address);
  const { sentPicture, toolPicture } = strings().transcript;
  const alt = side === "user" ? sentPicture : toolPicture;
  return html`<img src=${address} alt=${alt} @load=${loaded} />`;
}

const renderMark = (state: CaptionState): TemplateResult | typeof nothing =>
  state === "interrupted" || state === "queued" || state === "unsent"
    ? html` <small>${strings().transcript[state]}</small>`
    : nothing;
