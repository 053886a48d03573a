/** The root element: renders the session's state and forwards the user's actions. */
import { html, LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { findOpusCodecs } from "../../packages/client/src/audio/opus.ts";
import type { Connection } from "../../packages/client/src/connection/connection.ts";
import { ParleyConnection } from "../../packages/client/src/connection/parley-connection.ts";
import type { OpusCodecs } from "../../packages/client/src/connection/opus-codecs.ts";
import { createBrowserPlatform } from "../../packages/client/src/connection/platform.ts";
import {
  identify,
  nameOfUser,
  openBrowserStorage,
  readRequestedRole,
  readWantsOpus,
  sessionStorageOrMemory,
  takeToken,
  withNewConversation,
  type Identity,
} from "./identity.ts";
import {
  fetchServerInfo,
  unknownServerInfo,
  type ServerInfo,
} from "../../packages/client/src/server-info.ts";
import { loadPage, savePage } from "./session-storage.ts";
import { mayDecide } from "../../packages/client/src/state/approvals.ts";
import { roleMaySpeak } from "../../packages/client/src/state/participants.ts";
import { renderApprovals } from "./view/approvals.ts";
import { renderComposer } from "./view/composer.ts";
import { renderFooter, renderHeader } from "./view/header-footer.ts";
import { renderNotice } from "./view/notice.ts";
import { derivePhase, type Phase } from "./view/phase.ts";
import { renderProducts } from "./view/products.ts";
import { renderCamera, renderVoiceControls } from "./view/voice-controls.ts";
import { renderWelcome } from "./view/welcome.ts";
import { closedUsage } from "./panels/token-usage.ts";
import { socketUrl } from "../../packages/client/src/conversation-address.ts";
import { randomId } from "../../packages/client/src/random-id.ts";
import { VoiceSession, type VoiceSessionState } from "../../packages/client/src/voice-session.ts";
import sheet from "./view/app.css";
import approvalsSheet from "./view/approvals.css";
import productsSheet from "./view/products.css";
import wideSheet from "./view/wide.css";
import drawerSheet from "./panels/drawer-layout.css";
import type { DrawerContent } from "./panels/drawer-content.ts";
import { ConversationMeter } from "./panels/conversation-meter.ts";
import { FrameLog, withFrameLog } from "./panels/frame-log.ts";
import { loadDrawer, saveDrawer, type DrawerState, type PanelTab } from "./panels/panel-tabs.ts";

export class App extends LitElement {
  static override styles = [
    unsafeCSS(sheet),
    unsafeCSS(wideSheet),
    unsafeCSS(productsSheet),
    unsafeCSS(approvalsSheet),
    unsafeCSS(drawerSheet),
  ];
  static override properties = {
    state: { state: true },
    server: { state: true },
    drawer: { state: true },
    drawerFailed: { state: true },
  };

  declare state: VoiceSessionState;
  declare server: ServerInfo;
  declare drawer: DrawerState;
  /** The drawer's file could not be loaded. */
  declare drawerFailed: boolean;

  readonly #storage = openBrowserStorage();
  /** Undefined until they were found, and where the address does not ask for Opus. */
  #opus: OpusCodecs | undefined;
  readonly #token = takeToken(location, history, sessionStorageOrMemory());
  readonly #frames = new FrameLog(() => performance.now());
  readonly #meter = new ConversationMeter(this.#frames);
  /** And not a reload, which opens it again. */
  #userOpensDrawer = false;
  readonly #mayDecide = mayDecide(new URLSearchParams(location.search), this.#token);
  #identity: Identity;
  #connection: Connection;
  #session: VoiceSession;

  constructor() {
    super();
    this.server = unknownServerInfo;
    this.drawer = loadDrawer(this.#storage, drawerFitsBeside());
    this.drawerFailed = false;
    this.#identity = identify(location.search, this.#storage, randomId);
    [this.#connection, this.#session] = this.#createSession();
    this.state = this.#session.state;
    if (readWantsOpus(new URLSearchParams(location.search)))
      void findOpusCodecs().then((codecs) => (this.#opus = codecs));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#keyPressed);
    window.addEventListener("pagehide", this.#save);
    document.addEventListener("visibilitychange", this.#save);
    if (this.#connection.snapshot) this.#session.resume();
    void fetchServerInfo().then((server) => (this.server = server));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#keyPressed);
    window.removeEventListener("pagehide", this.#save);
    document.removeEventListener("visibilitychange", this.#save);
    void this.#session.close();
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
        chooseAgent: (agent) => void this.#switchTo({ ...this.#identity, agent }),
        newConversation: () =>
          void this.#switchTo(withNewConversation(this.#identity, this.#storage, randomId)),
        drawerOpen: this.drawer.open,
        toggleDrawer: () => this.#toggleDrawer(),
      })}
      <main>
        <div class="side">
          ${renderVoiceControls({
            phase,
            mic: state.mic,
            cameraOn: state.camera !== "off",
            listenOnly: state.listenOnly,
            level: this.#level,
            press: () => this.#press(phase),
            mute: () => this.#session.toggleMute(),
            camera: () => void this.#session.toggleCamera(),
            end: () => void this.#session.close(),
          })}
          ${renderCamera(state.camera, () => void this.#session.switchCamera())}
        </div>
        <section class="conversation" aria-label="Conversation">
          <parley-transcript
            .captions=${state.captions.list}
            .userName=${nameOfUser(this.#identity)}
          >
            ${renderWelcome({
              phase,
              listenOnly: state.listenOnly,
              ...describeAgent(server, agent),
              send: (text) => this.#session.sendText(text),
            })}
          </parley-transcript>
        </section>
        ${renderApprovals({
          requests: this.#mayDecide ? state.approvalRequests : [],
          connected: state.connection.status === "open",
          decide: (id, approved) => this.#session.decide(id, approved),
        })}
        ${renderProducts(state.products)} ${renderComposer((text) => this.#session.sendText(text))}
      </main>
      ${renderFooter(server, state.tokens)} ${this.#renderNotice()} ${this.#renderDrawer()}
    `;
  }

  #renderNotice(): TemplateResult {
    const failed =
      "The menu could not be loaded. The conversation goes on; reload the page to try again.";
    return renderNotice(this.drawerFailed ? failed : this.state.notice, () => {
      this.drawerFailed = false;
      this.#session.dismissNotice();
    });
  }

  #renderDrawer(): TemplateResult {
    const { open, tab } = this.drawer;
    return html`<parley-drawer
      .takesFocus=${this.#userOpensDrawer}
      .open=${open}
      .tab=${tab}
      .content=${open ? this.#drawerContent : undefined}
      @drawer-close=${this.#closeDrawer}
      @drawer-tab=${({ detail }: CustomEvent<PanelTab>) => this.#setDrawer({ tab: detail })}
    ></parley-drawer>`;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("drawer")) return;
    this.toggleAttribute("drawer", this.drawer.open);
    if (this.drawer.open) void this.#loadDrawer();
  }

  get #drawerContent(): DrawerContent {
    const { server } = this;
    const name = this.#identity.agent ?? server.defaultAgent;
    const model = server.agents.find((agent) => agent.name === name)?.model ?? server.model;
    return {
      log: this.#frames,
      meter: this.#meter,
      model,
      prices: server.prices.find((prices) => prices.model === model),
    };
  }

  #setDrawer(change: Partial<DrawerState>): void {
    this.drawer = { ...this.drawer, ...change };
    saveDrawer(this.#storage, this.drawer);
  }

  #toggleDrawer(): void {
    this.#userOpensDrawer = true;
    this.#setDrawer({ open: !this.drawer.open });
  }

  readonly #closeDrawer = (): void => {
    this.#setDrawer({ open: false });
    this.renderRoot.querySelector<HTMLElement>(".menu")?.focus();
  };

  async #loadDrawer(): Promise<void> {
    try {
      await import("./panels/drawer.ts");
    } catch {
      this.drawer = { ...this.drawer, open: false };
      this.drawerFailed = true;
    }
  }

  readonly #level = (): number => this.#session.level();

  /** Runs when the page is hidden: phones often discard a hidden page without `pagehide`. */
  readonly #save = (): void => {
    const { snapshot } = this.#connection;
    const { captions, products } = this.state;
    const usage = closedUsage(this.#meter.usage, performance.now());
    savePage(this.#identity, { captions, products, usage, ...(snapshot && { snapshot }) });
  };

  #createSession(): [Connection, VoiceSession] {
    const saved = loadPage(this.#identity);
    this.#meter.restart(saved.usage);
    const role = readRequestedRole(new URLSearchParams(location.search));
    const connection = new ParleyConnection(
      socketUrl(location.origin, this.#identity, role),
      withFrameLog(
        createBrowserPlatform(this.#token, () => this.#opus),
        this.#frames,
      ),
      saved.snapshot,
    );
    const session = new VoiceSession(connection, saved, roleMaySpeak(role), (state) => {
      if (session === this.#session) this.state = state;
    });
    return [connection, session];
  }

  /** Leaves this conversation for another and puts the other one into the address. */
  async #switchTo(identity: Identity): Promise<void> {
    this.#save();
    const previous = this.#session;
    this.#identity = identity;
    [this.#connection, this.#session] = this.#createSession();
    this.state = this.#session.state;
    history.replaceState(null, "", addressOf(identity));
    await previous.close();
  }

  #press(phase: Phase): void {
    if (phase === "reconnecting") this.#session.retry();
    else if (phase === "speaking") this.#session.interrupt();
    else if (this.state.mic === "muted") this.#session.toggleMute();
    else if (this.state.mic === "off") void this.#session.start();
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#session.interrupt();
    if (event.key !== " " || event.repeat || usesSpace(event)) return;
    event.preventDefault();
    this.#session.toggleMute();
  };
}

function describeAgent({ agents }: ServerInfo, agent: string | undefined) {
  const { description, suggestions = [] } = agents.find(({ name }) => name === agent) ?? {};
  return { description, suggestions };
}

/** Updates the user and the session only where the address names them: otherwise browser storage has them. */
function addressOf({ user, session, agent }: Identity): string {
  const url = new URL(location.href);
  if (url.searchParams.has("user")) url.searchParams.set("user", user);
  if (url.searchParams.has("session")) url.searchParams.set("session", session);
  if (agent) url.searchParams.set("agent", agent);
  return url.href;
}

/** As in drawer.ts and drawer-layout.css. */
const drawerFitsBeside = (): boolean => matchMedia("(min-width: 75rem)").matches;

/** Whether the focused element itself handles the space key. */
const usesSpace = (event: KeyboardEvent): boolean =>
  event
    .composedPath()
    .some((node) => node instanceof Element && node.matches("input, textarea, select, button, a"));
