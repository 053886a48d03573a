/** The running transcript: follows the talk unless the reader has scrolled up to read. */
import {
  html,
  LitElement,
  nothing,
  unsafeCSS,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { repeat } from "lit/directives/repeat.js";
import { downIcon } from "./icons.ts";
import { renderSources, type SourceItem } from "./sources.ts";
import sheet from "./transcript.css";

/** What it shows of a caption. */
export interface TranscriptLine {
  readonly id: number;
  readonly side: "user" | "agent" | "note";
  readonly text: string;
  readonly state: "live" | "waiting" | "unsent" | "done" | "cut";
  /** Who of several agents says it. */
  readonly speaker?: string;
  readonly sources?: readonly SourceItem[];
}

/** This near the end, px, the reader counts as being at the end. */
const near = 48;

export class Transcript extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = {
    lines: { attribute: false },
    away: { state: true },
    spoken: { state: true },
  };

  declare lines: readonly TranscriptLine[];
  /** The reader has scrolled up. */
  declare away: boolean;
  /** The last line that was finished: what a screen reader says, once. */
  declare spoken: string;

  constructor() {
    super();
    this.lines = [];
    this.away = false;
    this.spoken = "";
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("lines")) return;
    const before = new Map(changed.get("lines")?.map((line) => [line.id, line.state]));
    const finished = this.lines.findLast(
      ({ id, state }) => state !== "live" && before.size > 0 && before.get(id) !== state,
    );
    if (finished) this.spoken = `${nameOf(finished)} ${finished.text}`;
  }

  override render(): TemplateResult {
    return html`
      <div class="scroller" tabindex="0" aria-label="Transcript" @scroll=${this.#scrolled}>
        <ol role="log" aria-live="off">
          ${repeat(
            this.lines,
            ({ id }) => id,
            (each, at) => renderLine(each, takesOver(each, this.lines.slice(0, at))),
          )}
        </ol>
        ${this.lines.length === 0 ? html`<slot></slot>` : nothing}
      </div>
      ${
        this.away
          ? html`<button class="latest" @click=${this.#toEnd}>
              ${downIcon}<span>Latest</span>
            </button>`
          : nothing
      }
      <p class="unseen" aria-live="polite">${this.spoken}</p>
    `;
  }

  override updated(): void {
    if (!this.away) this.#toEnd();
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector(".scroller");
  }

  readonly #scrolled = (): void => {
    const at = this.#scroller;
    if (at) this.away = at.scrollHeight - at.scrollTop - at.clientHeight > near;
  };

  readonly #toEnd = (): void => {
    const at = this.#scroller;
    if (at) at.scrollTop = at.scrollHeight;
    this.away = false;
  };
}

const names = { user: "You:", agent: "Agent:", note: "" };

const nameOf = ({ side, speaker }: TranscriptLine): string =>
  speaker === undefined ? names[side] : `${spoken(speaker)}:`;

const spoken = (name: string): string => name.replaceAll("_", " ");

/** Whether another agent speaks here than in the answer before. */
const takesOver = ({ speaker }: TranscriptLine, before: readonly TranscriptLine[]): boolean =>
  speaker !== undefined && before.findLast(({ side }) => side === "agent")?.speaker !== speaker;

const renderLine = (shown: TranscriptLine, labelled: boolean): TemplateResult => {
  const { side, text, state, speaker, sources } = shown;
  return html`<li class=${side} data-state=${state}>
    ${labelled ? html`<b class="speaker" aria-hidden="true">${spoken(speaker ?? "")}</b>` : nothing}
    ${side === "note" ? nothing : html`<span class="unseen">${nameOf(shown)} </span>`}<span
      class="text"
      >${text.trim()}</span
    >${mark(state)}${renderSources(sources)}
  </li>`;
};

const marks: Partial<Record<TranscriptLine["state"], string>> = {
  cut: "interrupted",
  waiting: "will be sent",
  unsent: "was not sent",
};

const mark = (state: TranscriptLine["state"]): TemplateResult | typeof nothing =>
  marks[state] ? html` <small>${marks[state]}</small>` : nothing;
