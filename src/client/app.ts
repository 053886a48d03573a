/** The page: shows how the conversation stands and passes on what the person does. */
import { html, LitElement, unsafeCSS, type TemplateResult } from "lit";
import { mayDecide } from "./state/approvals.ts";
import type { Connection } from "./connection/connection.ts";
import {
  withNewConversation,
  openBrowserStorage,
  identify,
  randomId,
  socketUrl,
  readToken,
  readRequestedRole,
  type Identity,
} from "./identity.ts";
import { savePage, loadPage } from "./session-storage.ts";
import { ParleyConnection } from "./connection/parley-connection.ts";
import { createBrowserPlatform } from "./connection/platform.ts";
import { roleMaySpeak } from "./state/participants.ts";
import { fetchServerInfo, unknownServerInfo, type ServerInfo } from "./server-info.ts";
import { VoiceSession, type VoiceSessionState } from "./voice-session.ts";
import { renderApprovals } from "./view/approvals.ts";
import { renderComposer } from "./view/composer.ts";
import { renderHeader, renderFooter } from "./view/header-footer.ts";
import { renderNotice } from "./view/notice.ts";
import { derivePhase, type Phase } from "./view/phase.ts";
import { renderProducts } from "./view/products.ts";
import { renderCamera, renderVoiceControls } from "./view/voice-controls.ts";
import { renderWelcome } from "./view/welcome.ts";
import sheet from "./view/app.css";
import approvalsSheet from "./view/approvals.css";
import shelfSheet from "./view/products.css";
import wide from "./view/wide.css";

export class App extends LitElement {
  static override styles = [
    unsafeCSS(sheet),
    unsafeCSS(wide),
    unsafeCSS(shelfSheet),
    unsafeCSS(approvalsSheet),
  ];
  static override properties = { state: { state: true }, server: { state: true } };

  declare state: VoiceSessionState;
  declare server: ServerInfo;

  readonly #memory = openBrowserStorage();
  readonly #decides = mayDecide(new URLSearchParams(location.search), readToken(location.hash));
  #identity: Identity;
  #connection: Connection;
  #talk: VoiceSession;

  constructor() {
    super();
    this.server = unknownServerInfo;
    this.#identity = identify(new URLSearchParams(location.search), this.#memory, randomId);
    [this.#connection, this.#talk] = this.#join();
    this.state = this.#talk.state;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#pressed);
    window.addEventListener("pagehide", this.#keep);
    document.addEventListener("visibilitychange", this.#keep);
    if (this.#connection.snapshot) this.#talk.resume();
    void fetchServerInfo().then((server) => (this.server = server));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#pressed);
    window.removeEventListener("pagehide", this.#keep);
    document.removeEventListener("visibilitychange", this.#keep);
    void this.#talk.close();
  }

  override render(): TemplateResult {
    const { state, server } = this;
    const phase = derivePhase(state);
    const agent = this.#identity.agent ?? server.defaultAgent;
    return html`
      ${renderHeader({
        connection: state.connection,
        participants: state.participants,
        agents: server.agents.map(({ name }) => name),
        agent,
        chooseAgent: (agent) => void this.#move({ ...this.#identity, agent }),
        newConversation: () =>
          void this.#move(withNewConversation(this.#identity, this.#memory, randomId)),
      })}
      <main>
        ${renderVoiceControls({
          phase,
          mic: state.mic,
          cameraOn: state.camera !== "off",
          level: this.#level,
          press: () => this.#press(phase),
          mute: () => this.#talk.toggleMute(),
          camera: () => void this.#talk.toggleCamera(),
          end: () => void this.#talk.close(),
        })}
        <section class="talk" aria-label="Conversation">
          <parley-transcript .lines=${state.captions.list}>
            ${renderWelcome(suggested(server, agent), (text) => this.#talk.sendText(text))}
          </parley-transcript>
        </section>
        ${renderProducts(state.goods)}
        ${renderCamera(state.camera, () => void this.#talk.switchCamera())}
        ${renderComposer((text) => this.#talk.sendText(text))}
      </main>
      ${renderFooter(server, state.tokens)}
      ${renderApprovals({
        requests: this.#decides ? state.approvalRequests : [],
        connected: state.connection.at === "open",
        decide: (id, approved) => this.#talk.decide(id, approved),
      })}
      ${renderNotice(state.notice, () => this.#talk.dismissNotice())}
    `;
  }

  readonly #level = (): number => this.#talk.level();

  /** A page on a phone is often taken away without a word after it was hidden. */
  readonly #keep = (): void => {
    const { snapshot } = this.#connection;
    savePage(this.#identity, { ...this.state, ...(snapshot && { place: snapshot }) });
  };

  #join(): [Connection, VoiceSession] {
    const found = loadPage(this.#identity);
    const role = readRequestedRole(new URLSearchParams(location.search));
    const connection = new ParleyConnection(
      socketUrl(location.origin, this.#identity, role),
      createBrowserPlatform(readToken(location.hash)),
      found.place,
    );
    const talk = new VoiceSession(connection, found, roleMaySpeak(role), (state) => {
      if (talk === this.#talk) this.state = state;
    });
    return [connection, talk];
  }

  /** Leaves this conversation for another; the address no longer says where we were. */
  async #move(identity: Identity): Promise<void> {
    this.#keep();
    const left = this.#talk;
    this.#identity = identity;
    [this.#connection, this.#talk] = this.#join();
    this.state = this.#talk.state;
    history.replaceState(null, "", addressOf(identity));
    await left.close();
  }

  #press(phase: Phase): void {
    if (phase === "speaking") this.#talk.interrupt();
    else if (this.state.mic === "muted") this.#talk.toggleMute();
    else if (this.state.mic === "off") void this.#talk.start();
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#talk.interrupt();
    if (event.key !== " " || event.repeat || takesSpace(event)) return;
    event.preventDefault();
    this.#talk.toggleMute();
  };
}

const suggested = ({ agents }: ServerInfo, agent: string | undefined): readonly string[] =>
  agents.find(({ name }) => name === agent)?.suggestions ?? [];

/** Only what the address already named stays in it: the rest is remembered elsewhere. */
function addressOf({ user, session, agent }: Identity): string {
  const url = new URL(location.href);
  if (url.searchParams.has("user")) url.searchParams.set("user", user);
  if (url.searchParams.has("session")) url.searchParams.set("session", session);
  if (agent) url.searchParams.set("agent", agent);
  return url.href;
}

/** Typing, and pressing what has the focus, come before muting. */
const takesSpace = (event: KeyboardEvent): boolean =>
  event
    .composedPath()
    .some((node) => node instanceof Element && node.matches("input, textarea, select, button, a"));
