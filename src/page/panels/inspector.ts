/** The inspector element: the list of frames, and the text of the selected one. It renders the visible rows alone. */
import {
  html,
  LitElement,
  nothing,
  unsafeCSS,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { copyIcon, pauseIcon, playIcon, trashIcon } from "./icons.ts";
import { formatBytes, formatFrameText, formatTime } from "./format.ts";
import { selectFrames, toCopy, type FrameFilter } from "./frame-filter.ts";
import type { FrameLog, FrameRecord } from "./frame-log.ts";
import sheet from "./inspector.css";
import { followLanguage, strings } from "../language/strings.ts";

/** Also in inspector.css. */
const rowHeight = 28;
const renderIntervalMs = 200;

export class Inspector extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = {
    log: { attribute: false },
    frames: { state: true },
    filter: { state: true },
    paused: { state: true },
    selected: { state: true },
    scrolled: { state: true },
    copied: { state: true },
  };

  declare log: FrameLog;
  declare frames: readonly FrameRecord[];
  declare filter: FrameFilter;
  declare paused: boolean;
  declare selected: FrameRecord | undefined;
  /** Of the list, in px: from the top, and its height. */
  declare scrolled: readonly [top: number, height: number];
  declare copied: string;

  /** The list follows its end until a user scrolls up. */
  #follows = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe = (): void => undefined;
  readonly #resize = new ResizeObserver(() => {
    this.#showSelected();
    this.#measure();
  });

  constructor() {
    super();
    followLanguage(this);
    this.frames = [];
    this.filter = { text: "", media: false };
    this.paused = false;
    this.scrolled = [0, 0];
    this.copied = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe();
    this.#unsubscribe = () => undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#resize.disconnect();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("log")) this.#follow();
    if (changed.has("filter")) this.#refresh();
  }

  override firstUpdated(): void {
    if (this.#list) this.#resize.observe(this.#list);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("frames") && this.#follows && this.#list)
      this.#list.scrollTop = this.#list.scrollHeight;
    if (changed.has("selected")) this.#showSelected();
  }

  override render(): TemplateResult {
    return html`
      ${this.#renderTools()}
      <div
        class="list"
        role="listbox"
        aria-label=${strings().inspector.frames}
        tabindex="0"
        aria-activedescendant=${this.selected ? `frame-${this.selected.id}` : nothing}
        @scroll=${this.#measure}
        @keydown=${this.#keyPressed}
        @click=${this.#clicked}
      >
        ${this.frames.length === 0 ? this.#renderEmpty() : this.#renderRows()}
      </div>
      ${this.selected ? this.#renderDetail(this.selected) : nothing}
      <p class="status">
        ${strings().inspector.shown(this.frames.length, this.log.records.length)}
        <span role="status">${this.copied}</span>
      </p>
    `;
  }

  #renderTools(): TemplateResult {
    const { text, media } = this.filter;
    const texts = strings().inspector;
    return html`<div class="tools">
      <input
        type="search"
        aria-label=${texts.filterLabel}
        placeholder=${texts.filter}
        .value=${text}
        @input=${({ target }: InputEvent) =>
          (this.filter = { ...this.filter, text: (target as HTMLInputElement).value })}
      />
      <button
        class="icon"
        aria-pressed=${this.paused}
        title=${this.paused ? texts.goOn : texts.pause}
        aria-label=${texts.pause}
        @click=${this.#togglePause}
      >
        ${this.paused ? playIcon : pauseIcon}
      </button>
      <button
        class="icon"
        title=${texts.copyTitle}
        aria-label=${texts.copy}
        @click=${this.#copyAll}
      >
        ${copyIcon}
      </button>
      <button class="icon" title=${texts.clear} aria-label=${texts.clear} @click=${this.#clear}>
        ${trashIcon}
      </button>
      <label
        ><input
          type="checkbox"
          .checked=${media}
          @change=${({ target }: Event) =>
            (this.filter = { ...this.filter, media: (target as HTMLInputElement).checked })}
        />
        ${texts.media}</label
      >
    </div>`;
  }

  #renderEmpty(): TemplateResult {
    const some = this.log.records.length > 0;
    return html`<p class="empty">
      ${some ? strings().inspector.noMatch : strings().inspector.nothing}
    </p>`;
  }

  #renderRows(): TemplateResult {
    const [top, height] = this.scrolled;
    const first = Math.max(0, Math.floor(top / rowHeight) - 5);
    const last = Math.min(this.frames.length, Math.ceil((top + height) / rowHeight) + 5);
    const rest = (this.frames.length - last) * rowHeight;
    // The property and not the attribute: the page's policy forbids inline styles.
    return html`<div role="presentation" .style=${`block-size: ${first * rowHeight}px`}></div>
      ${this.frames.slice(first, last).map((frame, at) => this.#renderRow(frame, first + at))}
      <div role="presentation" .style=${`block-size: ${rest}px`}></div>`;
  }

  #renderRow(frame: FrameRecord, at: number): TemplateResult {
    return html`<div
      class="row"
      id="frame-${frame.id}"
      role="option"
      data-at=${at}
      data-direction=${frame.direction}
      aria-selected=${frame.id === this.selected?.id}
      aria-setsize=${this.frames.length}
      aria-posinset=${at + 1}
    >
      <time>${formatTime(frame.at)}</time>
      <span class="direction" aria-label=${strings().inspector.directions[frame.direction]}
        >${directionSigns[frame.direction]}</span
      >
      <span class="kind" translate="no">${frame.kind}</span>
      <span class="bytes">${frame.bytes > 0 ? formatBytes(frame.bytes) : nothing}</span>
    </div>`;
  }

  #renderDetail(frame: FrameRecord): TemplateResult {
    return html`<section class="detail" aria-label=${strings().inspector.selected}>
      <div>
        <strong>${strings().inspector.directions[frame.direction]}: ${frame.kind}</strong>
        <button
          class="icon"
          aria-label=${strings().inspector.copyFrame}
          @click=${() => this.#copy([frame])}
        >
          ${copyIcon}
        </button>
      </div>
      <pre tabindex="0" translate="no">${formatFrameText(frame)}</pre>
    </section>`;
  }

  get #list(): HTMLElement | null {
    return this.renderRoot.querySelector(".list");
  }

  #follow(): void {
    this.#unsubscribe();
    this.#unsubscribe = this.log.subscribe((record) => {
      if (!record) this.#refresh();
      else if (!this.paused) this.#timer ??= setTimeout(() => this.#refresh(), renderIntervalMs);
    });
    this.#refresh();
  }

  #refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.frames = selectFrames(this.log.records, this.filter);
  }

  readonly #measure = (): void => {
    const list = this.#list;
    if (!list) return;
    this.#follows = list.scrollTop + list.clientHeight > list.scrollHeight - rowHeight;
    this.scrolled = [list.scrollTop, list.clientHeight];
  };

  /** A refresh that is due must not show what comes after the pause. */
  readonly #togglePause = (): void => {
    this.paused = !this.paused;
    this.#refresh();
  };

  readonly #clear = (): void => {
    this.selected = undefined;
    this.log.clear();
  };

  readonly #copyAll = (): void => void this.#copy(this.frames);

  async #copy(frames: readonly FrameRecord[]): Promise<void> {
    try {
      await navigator.clipboard.writeText(toCopy(frames));
      this.copied = strings().inspector.copied(frames.length);
    } catch {
      this.copied = strings().inspector.noCopy;
    }
    setTimeout(() => (this.copied = ""), 3_000);
  }

  readonly #clicked = (event: Event): void => {
    const row = (event.target as Element).closest<HTMLElement>("[data-at]");
    if (row) this.#select(Number(row.dataset["at"]));
  };

  readonly #keyPressed = (event: KeyboardEvent): void => {
    const at = this.frames.findIndex(({ id }) => id === this.selected?.id);
    const to = nextRow(event.key, at, this.frames.length);
    if (to === undefined) return;
    event.preventDefault();
    this.#select(to);
  };

  /** The text of the frame takes its room from the list. */
  #showSelected(): void {
    const list = this.#list;
    const at = this.frames.findIndex(({ id }) => id === this.selected?.id);
    if (!list || at < 0) return;
    const top = at * rowHeight;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + rowHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = top + rowHeight - list.clientHeight;
  }

  #select(at: number): void {
    this.selected = this.frames[at];
  }
}

const directionSigns = { in: "↓", out: "↑", local: "·" } as const;

/** @param at of the selected row, or -1. @returns undefined for a key that moves nothing. */
function nextRow(key: string, at: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? count - 1 : at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined || count === 0 ? undefined : Math.min(count - 1, Math.max(0, to));
}
