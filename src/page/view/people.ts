/** The people in the conversation: how many, who they are, and what an operator may do with them. */
import { html, LitElement, nothing, unsafeCSS, type TemplateResult } from "lit";
import type { Participant, Role } from "../../wire/parley-v1.ts";
import { isOperator, type Call, type ParticipantList } from "../../../packages/client/src/index.ts";
import sheet from "./people.css";
import { displayName } from "./display-name.ts";
import { followLanguage, strings } from "../language/strings.ts";

/** An operator's wish, in the detail of the event `control`. */
export type PeopleControl =
  | { readonly action: "mute"; readonly id: string; readonly on: boolean }
  | { readonly action: "remove"; readonly id: string }
  | { readonly action: "end" };

export class People extends LitElement {
  static override styles = unsafeCSS(sheet);
  static override properties = {
    participants: { attribute: false },
    userName: { attribute: false },
    open: { state: true },
    ending: { state: true },
    removing: { state: true },
  };

  declare participants: ParticipantList;
  declare userName: string;
  declare open: boolean;
  /** "End for all" was pressed once, and asks again. */
  declare ending: boolean;
  /** The participant whose "Remove" was pressed once, and asks again. */
  declare removing: string | undefined;

  constructor() {
    super();
    followLanguage(this);
    this.participants = { you: "", list: [] };
    this.userName = strings().people.visitor;
    this.open = false;
    this.ending = false;
    this.removing = undefined;
  }

  override render(): TemplateResult {
    const { list } = this.participants;
    const people = this.#named;
    return html`
      <button
        aria-haspopup="dialog"
        aria-expanded=${this.open}
        title=${people.map(([name, participant]) => this.#describe(name, participant)).join("\n")}
        @click=${() => this.#toggle()}
      >
        ${strings().people.here(list.length)}
      </button>
      <div
        class="panel"
        role="dialog"
        aria-label=${strings().people.title}
        ?hidden=${!this.open}
        @keydown=${this.#keyPressed}
      >
        <ul>
          ${people.map(([name, participant]) => this.#renderPerson(name, participant))}
        </ul>
        ${this.#mayControl ? this.#renderEnd() : nothing}
      </div>
    `;
  }

  get #mayControl(): boolean {
    return isOperator(this.participants);
  }

  /** Names that differ: two speakers are "Ann" and "Ann 2". */
  get #named(): [name: string, participant: Participant][] {
    const { you, list } = this.participants;
    const seen = new Map<string, number>();
    return list.map((participant) => {
      const name =
        participant.id === you ? strings().people.you : nameOfRole(participant.role, this.userName);
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return [count === 1 ? name : `${name} ${count}`, participant];
    });
  }

  #describe(name: string, { id, role, muted }: Participant): string {
    const texts = strings().people;
    const roleName = texts.roles[role];
    const states = [
      ...(name.toLowerCase().startsWith(roleName) ? [] : [roleName]),
      ...(muted ? [muted === "operator" ? texts.mutedByOperator : texts.muted] : []),
      ...(id === this.participants.speaking ? [texts.speaking] : []),
    ];
    return [name, ...states].join(texts.separator);
  }

  #renderPerson(name: string, participant: Participant): TemplateResult {
    const { id, role, muted } = participant;
    const controllable = this.#mayControl && id !== this.participants.you;
    const on = muted !== "operator";
    const texts = strings().people;
    if (controllable && this.removing === id) return this.#renderRemove(name, id);
    return html`<li>
      <span>${this.#describe(name, participant)}</span>
      ${
        controllable
          ? html`<div>
              ${
                speaks.has(role)
                  ? html`<button
                      aria-label=${on ? texts.mutePerson(name) : texts.unmutePerson(name)}
                      @click=${() => this.#control({ action: "mute", id, on })}
                    >
                      ${on ? texts.mute : texts.unmute}
                    </button>`
                  : nothing
              }
              <button
                aria-label=${texts.removePerson(name)}
                @click=${() => void this.#askToRemove(id)}
              >
                ${texts.remove}
              </button>
            </div>`
          : nothing
      }
    </li>`;
  }

  /** The pressed button gives way to the question: the focus goes to the answer that changes nothing. */
  async #askToRemove(id: string): Promise<void> {
    this.removing = id;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".removing .keep")?.focus();
  }

  #renderRemove(name: string, id: string): TemplateResult {
    const texts = strings().people;
    return html`<li class="removing">
      <span>${texts.removeQuestion(name)}</span>
      <button class="end" @click=${() => this.#control({ action: "remove", id })}>
        ${texts.remove}
      </button>
      <button class="keep" @click=${() => (this.removing = undefined)}>${texts.keep}</button>
    </li>`;
  }

  #renderEnd(): TemplateResult {
    const texts = strings().people;
    return this.ending
      ? html`<p>
          <span>${texts.endsForEveryone}</span>
          <button class="end" @click=${() => this.#control({ action: "end" })}>
            ${texts.endIt}
          </button>
          <button @click=${() => (this.ending = false)}>${texts.goOn}</button>
        </p>`
      : html`<p>
          <button class="end" @click=${() => (this.ending = true)}>${texts.endForAll}</button>
        </p>`;
  }

  #toggle(): void {
    this.open = !this.open;
    this.ending = false;
    this.removing = undefined;
  }

  #control(detail: PeopleControl): void {
    if (detail.action === "end") this.open = false;
    this.ending = false;
    this.removing = undefined;
    this.dispatchEvent(new CustomEvent("control", { detail }));
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    // Escape closes the panel, and does not stop the answer as well.
    event.stopPropagation();
    this.open = false;
    this.renderRoot.querySelector("button")?.focus();
  };
}

export function carryOut(control: PeopleControl, call: Call): void {
  if (control.action === "end") call.endForAll();
  else if (control.action === "remove") call.removeParticipant(control.id);
  else call.muteParticipant(control.id, control.on);
}

const speaks: ReadonlySet<Role> = new Set(["speaker", "operator"]);

/** Another participant's name: the person that the conversation belongs to has one, others have their role. */
export const nameOfRole = (role: Role, userName: string): string =>
  role === "speaker" ? userName : displayName(strings().people.roles[role]);
