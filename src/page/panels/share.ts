/** The share element: a link for a listener, a speaker or an operator, as text and as a QR code. */
import {
  html,
  LitElement,
  nothing,
  unsafeCSS,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import type { Role } from "../../wire/parley-v1.ts";
import type { Identity } from "../identity.ts";
import { copyIcon } from "./icons.ts";
import drawerSheet from "./drawer.css";
import panelsSheet from "./panels.css";
import { renderQrCode } from "./qr-code.ts";
import sheet from "./share.css";
import { isLocalLink, sharedRoles, shareLink, type SharedRole } from "./share-link.ts";

export class Share extends LitElement {
  static override styles = [unsafeCSS(drawerSheet), unsafeCSS(panelsSheet), unsafeCSS(sheet)];
  static override properties = {
    identity: { attribute: false },
    ownRole: { attribute: false },
    hasToken: { attribute: false },
    shared: { state: true },
    status: { state: true },
  };

  declare identity: Identity;
  declare ownRole: Role | undefined;
  /** The page has a token: the server asks others for one, too. */
  declare hasToken: boolean;
  declare shared: SharedRole;
  declare status: string;

  constructor() {
    super();
    this.shared = "listener";
    this.status = "";
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("ownRole") && !sharedRoles(this.ownRole).includes(this.shared))
      this.shared = "listener";
  }

  override render(): TemplateResult {
    const link = shareLink(location, this.identity, this.shared);
    return html`
      <div class="padded">
        <fieldset class="choice">
          <legend>Who opens the link</legend>
          ${sharedRoles(this.ownRole).map(
            (role) =>
              html`<label
                ><input
                  type="radio"
                  name="role"
                  .checked=${role === this.shared}
                  @change=${() => (this.shared = role)}
                /><span>${roleLabels[role]}</span></label
              >`,
          )}
        </fieldset>
        <figure>
          ${renderQrCode(link)}
          <figcaption>${roleHints[this.shared]}</figcaption>
        </figure>
        <div class="link">
          <input class="text" readonly aria-label="Link" .value=${link} @focus=${selectAll} />
          <button
            class="icon"
            aria-label="Copy the link"
            title="Copy"
            @click=${() => void this.#copy(link)}
          >
            ${copyIcon}
          </button>
        </div>
        <p class="hint" role="status">${this.status}</p>
        ${this.#renderHints()}
      </div>
    `;
  }

  #renderHints(): TemplateResult {
    return html`
      ${
        this.hasToken
          ? html`<p class="hint">
              The link has no token: yours is for you. This server asks everybody for one, so that a
              guest needs a token for this user and conversation with the role “${this.shared}”,
              behind <code>#token=</code>. Your server makes it, or <code>npm run token</code>.
            </p>`
          : html`<p class="hint">
              This server asks for no token: people with the link could also change the role in it.
            </p>`
      }
      ${
        isLocalLink(location)
          ? html`<p class="hint">
              The link begins with ${location.host}, which no other machine can open. Share from the
              address that others use.
            </p>`
          : nothing
      }
    `;
  }

  async #copy(link: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      this.status = "Copied.";
    } catch {
      this.status = "The browser does not let this page copy. Select the link and copy it.";
    }
  }
}

const selectAll = ({ target }: Event): void => (target as HTMLInputElement).select();

const roleLabels: Readonly<Record<SharedRole, string>> = {
  listener: "Listens",
  speaker: "Speaks too",
  operator: "Operates",
};

const roleHints: Readonly<Record<SharedRole, string>> = {
  listener: "Hears and reads the conversation, and cannot speak.",
  speaker: "Takes part: hears, speaks and types.",
  operator: "Takes part, approves tool calls, mutes others and ends the conversation.",
};
