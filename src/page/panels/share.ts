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
import { followLanguage, strings } from "../language/strings.ts";

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
    followLanguage(this);
    this.shared = "listener";
    this.status = "";
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("ownRole") && !sharedRoles(this.ownRole).includes(this.shared))
      this.shared = "listener";
  }

  override render(): TemplateResult {
    const link = shareLink(location, this.identity, this.shared);
    const texts = strings().share;
    return html`
      <div class="padded">
        <fieldset class="choice">
          <legend>${texts.audience}</legend>
          ${sharedRoles(this.ownRole).map(
            (role) =>
              html`<label
                ><input
                  type="radio"
                  name="role"
                  .checked=${role === this.shared}
                  @change=${() => this.#share(role)}
                /><span>${texts.roles[role]}</span></label
              >`,
          )}
        </fieldset>
        <figure>
          ${renderQrCode(link)}
          <figcaption>${texts.roleHints[this.shared]}</figcaption>
        </figure>
        <div class="link">
          <input
            class="text"
            readonly
            aria-label=${texts.link}
            .value=${link}
            @focus=${selectAll}
          />
          <button
            class="icon"
            aria-label=${texts.copyLink}
            title=${texts.copy}
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
    const texts = strings().share;
    const [beforeParameter, beforeCommand, end] = texts.tokenHint(this.shared);
    return html`
      ${
        this.hasToken
          ? html`<p class="hint">
              ${beforeParameter}<code>#token=</code>${beforeCommand}<code>npm run token</code>${end}
            </p>`
          : html`<p class="hint">${texts.noToken}</p>`
      }
      ${
        isLocalLink(location)
          ? html`<p class="hint">${texts.localLink(location.host)}</p>`
          : nothing
      }
    `;
  }

  /** The link is another one, which was not copied. */
  #share(role: SharedRole): void {
    this.shared = role;
    this.status = "";
  }

  async #copy(link: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      this.status = strings().share.copied;
    } catch {
      this.status = strings().share.noCopy;
    }
  }
}

const selectAll = ({ target }: Event): void => (target as HTMLInputElement).select();
