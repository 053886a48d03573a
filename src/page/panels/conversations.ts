/** The conversations element: the user's list, by pages; resume, rename, export, delete, and a new one. */
import {
  html,
  LitElement,
  nothing,
  unsafeCSS,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import {
  deleteSession,
  listSessions,
  readSessionEvents,
  renameSession,
  SessionsError,
  type SessionList,
  type SessionOwner,
  type StoredSession,
} from "../../../packages/client/src/index.ts";
import { newIcon } from "../view/icons.ts";
import sheet from "./conversations.css";
import drawerSheet from "./drawer.css";
import panelsSheet from "./panels.css";
import { languageOf } from "../view/language-of.ts";
import { wordsOf } from "../view/notice.ts";
import { exportConversation, exportFormats, type ExportFormat } from "./transcript-export.ts";
import { dateLocale, followLanguage, strings } from "../language/strings.ts";

const nothingListed: SessionList = { sessions: [], total: 0, next: undefined };

type Edit = { readonly id: string; readonly kind: "rename" | "delete" };

export class Conversations extends LitElement {
  static override styles = [unsafeCSS(drawerSheet), unsafeCSS(panelsSheet), unsafeCSS(sheet)];
  static override properties = {
    owner: { attribute: false },
    current: { attribute: false },
    list: { state: true },
    status: { state: true },
    edit: { state: true },
  };

  declare owner: SessionOwner | undefined;
  /** The id of the conversation that the page shows. */
  declare current: string;
  declare list: SessionList;
  /** What the user is told: loading, done, or an error. */
  declare status: () => string;
  declare edit: Edit | undefined;

  constructor() {
    super();
    followLanguage(this);
    this.list = nothingListed;
    this.status = () => "";
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("owner");
    if (changed.has("owner") && JSON.stringify(before) !== JSON.stringify(this.owner))
      void this.#reload();
    else if (changed.has("current") && !this.#lists(this.current)) void this.#reload();
  }

  override render(): TemplateResult {
    const { sessions, total, next } = this.list;
    const texts = strings().conversations;
    return html`
      <div class="padded">
        <button class="primary new" @click=${() => this.#tell("conversation-new")}>
          ${newIcon}<span>${strings().header.newConversation}</span>
        </button>
        <p
          class=${total === 0 && this.list !== nothingListed ? "empty" : "hint"}
          role="status"
          lang=${ifDefined(languageOf(this.status()))}
          .textContent=${this.status()}
        ></p>
        <ol aria-label=${texts.label}>
          ${sessions.map((session) => this.#renderSession(session))}
        </ol>
        ${
          next === undefined
            ? nothing
            : html`<button class="secondary" @click=${() => void this.#more(next)}>
                ${texts.more(total - sessions.length)}
              </button>`
        }
      </div>
    `;
  }

  #renderSession(session: StoredSession): TemplateResult {
    const { id, turns, updatedAt } = session;
    const isCurrent = id === this.current;
    const texts = strings().conversations;
    return html`<li data-current=${isCurrent}>
      <button
        class="open"
        aria-current=${isCurrent ? "true" : nothing}
        @click=${() => this.#tell("conversation-open", id)}
      >
        <strong lang=${ifDefined(languageOf(titleOf(session)))}>${titleOf(session)}</strong>
        <span
          >${formatDate(updatedAt)} ·
          ${texts.turns(turns)}${isCurrent ? html` <em>· ${texts.openHere}</em>` : nothing}</span
        >
      </button>
      <details>
        <summary aria-label=${texts.moreFor(titleOf(session))}>⋯</summary>
        ${this.edit?.id === id ? this.#renderEdit(session, this.edit.kind) : this.#renderActions(session)}
      </details>
    </li>`;
  }

  #renderActions(session: StoredSession): TemplateResult {
    const { id } = session;
    const texts = strings().conversations;
    return html`<div class="actions">
      <button class="secondary" @click=${() => (this.edit = { id, kind: "rename" })}>
        ${texts.rename}
      </button>
      <button class="secondary danger" @click=${() => (this.edit = { id, kind: "delete" })}>
        ${texts.delete}
      </button>
      <div class="formats" role="group" aria-labelledby="formats-${id}">
        <span id="formats-${id}">${texts.saveAsOneOf}</span>
        ${exportFormats.map(
          (format) =>
            html`<button
              class="secondary"
              aria-label=${texts.saveAs(format)}
              translate="no"
              @click=${() => void this.#export(session, format)}
            >
              ${format}
            </button>`,
        )}
      </div>
    </div>`;
  }

  #renderEdit(session: StoredSession, kind: Edit["kind"]): TemplateResult {
    const texts = strings().conversations;
    const keep = html`<button type="button" class="secondary" @click=${this.#endEdit}>
      ${texts.cancel}
    </button>`;
    if (kind === "delete")
      return html`<div class="actions">
        <p>${texts.deleteQuestion}</p>
        <button class="secondary danger" @click=${() => void this.#delete(session)}>
          ${texts.deleteForGood}
        </button>
        ${keep}
      </div>`;
    return html`<form
      class="actions"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const name = new FormData(event.currentTarget as HTMLFormElement).get("name");
        if (typeof name === "string" && name.trim()) void this.#rename(session, name.trim());
      }}
    >
      <input
        class="text"
        name="name"
        aria-label=${texts.name}
        maxlength="80"
        .value=${titleOf(session)}
      />
      <button class="primary">${texts.save}</button>
      ${keep}
    </form>`;
  }

  #lists(id: string): boolean {
    return this.list.sessions.some((session) => session.id === id);
  }

  readonly #endEdit = (): void => {
    this.edit = undefined;
  };

  async #reload(): Promise<void> {
    this.list = nothingListed;
    this.edit = undefined;
    await this.#do("loading", async (owner) => {
      this.list = await listSessions(owner);
      const isEmpty = this.list.total === 0;
      return () => (isEmpty ? strings().conversations.none : "");
    });
  }

  #more(page: string): Promise<void> {
    return this.#do("loading", async (owner) => {
      const { sessions, ...rest } = await listSessions(owner, page);
      this.list = { ...rest, sessions: [...this.list.sessions, ...sessions] };
      return () => "";
    });
  }

  #rename({ id }: StoredSession, title: string): Promise<void> {
    return this.#do("saving", async (owner) => {
      await renameSession(owner, id, title);
      this.edit = undefined;
      const sessions = this.list.sessions.map((each) =>
        each.id === id ? { ...each, title } : each,
      );
      this.list = { ...this.list, sessions };
      return () => strings().conversations.renamed;
    });
  }

  #delete({ id }: StoredSession): Promise<void> {
    return this.#do("deleting", async (owner) => {
      await deleteSession(owner, id);
      this.edit = undefined;
      const { sessions, total } = this.list;
      this.list = {
        ...this.list,
        sessions: sessions.filter((each) => each.id !== id),
        total: total - 1,
      };
      if (id === this.current) this.#tell("conversation-new");
      return () => strings().conversations.deleted;
    });
  }

  #export(session: StoredSession, format: ExportFormat): Promise<void> {
    return this.#do("saving", async (owner) => {
      const events = await readSessionEvents(owner, session.id);
      const { name, type, content } = exportConversation(
        events,
        format,
        titleOf(session),
        strings().conversations.export,
      );
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([content], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      return () => strings().conversations.saved(name);
    });
  }

  /** @param action returns what to tell the user. */
  async #do(
    progress: "loading" | "saving" | "deleting",
    action: (owner: SessionOwner) => Promise<() => string>,
  ): Promise<void> {
    const { owner } = this;
    if (!owner) return;
    this.status = () => strings().conversations[progress];
    try {
      const status = await action(owner);
      // The page makes the object anew with each rendering.
      if (JSON.stringify(owner) === JSON.stringify(this.owner)) this.status = status;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof SessionsError ? error.code : undefined;
      this.status = () => wordsOf(code, message);
    }
  }

  #tell(type: "conversation-new" | "conversation-open", detail?: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

const titleOf = ({ title }: StoredSession): string => title || strings().conversations.untitled;

/** This year goes without saying. */
function formatDate(ms: number): string {
  const date = new Date(ms);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  return date.toLocaleString(dateLocale(), {
    ...(!isThisYear && { year: "numeric" }),
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  });
}
