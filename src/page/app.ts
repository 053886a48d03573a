/** The root element: renders the session's state and forwards the user's actions. */
import { html, LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import {
  createCall,
  fetchServerInfo,
  mayDecide,
  randomId,
  unknownServerInfo,
  type Call,
  type CallState,
  type Role,
  type ServerInfo,
  type SessionSettings,
} from "../../packages/client/src/index.ts";
import {
  identify,
  nameOfUser,
  openBrowserStorage,
  readRequestedRole,
  readTurnTaking,
  readWantsOpus,
  sessionStorageOrMemory,
  takeToken,
  withConversation,
  type Identity,
} from "./identity.ts";
import { loadPage, savePage } from "./session-storage.ts";
import { renderApprovals } from "./view/approvals.ts";
import { renderComposer } from "./view/composer.ts";
import { renderFooter, renderHeader } from "./view/header-footer.ts";
import { renderNotice } from "./view/notice.ts";
import { derivePhase, type Phase } from "./view/phase.ts";
import { renderProducts } from "./view/products.ts";
import { renderCamera, renderVoiceControls } from "./view/voice-controls.ts";
import { renderWelcome } from "./view/welcome.ts";
import { closedUsage } from "./panels/token-usage.ts";
import sheet from "./view/app.css";
import approvalsSheet from "./view/approvals.css";
import productsSheet from "./view/products.css";
import wideSheet from "./view/wide.css";
import drawerSheet from "./panels/drawer-layout.css";
import type { SettingsProps } from "./panels/settings-panel.ts";
import {
  allowedSession,
  applyAppearance,
  loadSettings,
  saveSettings,
  type PageSettings,
} from "./settings.ts";
import type { DrawerContent } from "./panels/drawer-content.ts";
import { ConversationMeter } from "./panels/conversation-meter.ts";
import { FrameLog } from "./panels/frame-log.ts";
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
    settings: { state: true },
    pageNotice: { state: true },
  };

  declare state: CallState;
  declare server: ServerInfo;
  declare drawer: DrawerState;
  declare settings: PageSettings;
  /** A message of the page itself; it comes before those of the call. */
  declare pageNotice: string | undefined;

  readonly #storage = openBrowserStorage();
  readonly #frames = new FrameLog(() => performance.now());
  readonly #meter = new ConversationMeter(this.#frames);
  /** And not a reload, which opens it again. */
  #userOpensDrawer = false;
  #token = takeToken(location, history, sessionStorageOrMemory());
  readonly #mayDecide = mayDecide(new URLSearchParams(location.search), this.#token);
  #identity: Identity;
  #call: Call;

  constructor() {
    super();
    this.server = unknownServerInfo;
    this.drawer = loadDrawer(this.#storage, drawerFitsBeside());
    this.settings = loadSettings(this.#storage);
    this.#identity = identify(location.search, this.#storage, randomId);
    this.#call = this.#createCall();
    this.state = this.#call.state;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#keyPressed);
    document.addEventListener("keyup", this.#keyReleased);
    window.addEventListener("pagehide", this.#save);
    document.addEventListener("visibilitychange", this.#save);
    if (this.#call.saved.snapshot) this.#call.open();
    void fetchServerInfo().then((server) => this.#serverDescribed(server));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#keyPressed);
    document.removeEventListener("keyup", this.#keyReleased);
    window.removeEventListener("pagehide", this.#save);
    document.removeEventListener("visibilitychange", this.#save);
    void this.#call.close();
  }

  override render(): TemplateResult {
    const { state, server } = this;
    const phase = derivePhase(state);
    const agent = this.#agentName;
    return html`
      ${renderHeader({
        connection: state.connection,
        participants: state.participants,
        agents: server.agents.map(({ name }) => name),
        agent,
        chooseAgent: (agent) => void this.#switchTo({ ...this.#identity, agent }),
        newConversation: this.#newConversation,
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
            mute: () => this.#call.toggleMute(),
            camera: () => this.#toggleCamera(),
            end: () => void this.#call.close(),
          })}
          ${renderCamera(state.camera, () => void this.#call.camera.flip())}
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
              send: (text) => this.#call.sendText(text),
            })}
          </parley-transcript>
        </section>
        ${this.#renderApprovals()} ${renderProducts(state.products)}
        ${renderComposer((text) => this.#call.sendText(text))}
      </main>
      ${renderFooter(server, state.tokens)} ${this.#renderNotice()} ${this.#renderDrawer()}
    `;
  }

  #renderApprovals(): TemplateResult {
    return renderApprovals({
      requests: this.#mayDecide ? this.state.approvalRequests : [],
      connected: this.state.connection.status === "open",
      decide: (id, approved) => this.#call.decide(id, approved),
    });
  }

  #renderNotice(): TemplateResult {
    return renderNotice(this.pageNotice ?? this.state.notice, () => {
      if (this.pageNotice === undefined) this.#call.dismissNotice();
      this.pageNotice = undefined;
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
      @conversation-new=${this.#newConversation}
      @conversation-open=${({ detail }: CustomEvent<string>) => void this.#openConversation(detail)}
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
    const model = this.#agentInfo?.model ?? server.model;
    const app = this.#agentName;
    const { user } = this.#identity;
    return {
      identity: { ...this.#identity, ...(app && { agent: app }) },
      owner: app === undefined ? undefined : { app, user, token: this.#token },
      role: this.#ownRole,
      hasToken: this.#token !== undefined,
      settings: this.#settingsContent,
      log: this.#frames,
      meter: this.#meter,
      model,
      prices: server.prices.find((prices) => prices.model === model),
    };
  }

  get #settingsContent(): SettingsProps {
    return {
      settings: this.settings,
      session: this.#sessionSettings,
      allowed: this.#agentInfo?.clientSettings ?? [],
      voice: this.#agentInfo?.voice,
      isOperator: this.#ownRole === "operator",
      changeAppearance: (change) => this.#changeSettings(change),
      applySession: (session) => void this.#applySession(session),
    };
  }

  get #ownRole(): Role | undefined {
    const { list, you } = this.state.participants;
    return list.find(({ id }) => id === you)?.role;
  }

  /** Undefined until the server has described its agents. */
  get #agentInfo(): ServerInfo["agents"][number] | undefined {
    const agent = this.#agentName;
    return this.server.agents.find(({ name }) => name === agent);
  }

  get #agentName(): string | undefined {
    return this.#identity.agent ?? this.server.defaultAgent;
  }

  get #sessionSettings(): SessionSettings {
    return this.settings.sessions[this.#identity.agent ?? ""] ?? {};
  }

  #changeSettings(change: Partial<PageSettings>): void {
    this.settings = { ...this.settings, ...change };
    saveSettings(this.#storage, this.settings);
    applyAppearance(this.settings, document);
  }

  #storeSession(session: SessionSettings): void {
    const { agent = "" } = this.#identity;
    this.#changeSettings({ sessions: { ...this.settings.sessions, [agent]: session } });
  }

  /** A socket's address has the settings: the page connects anew, to the same conversation. */
  async #applySession(session: SessionSettings): Promise<void> {
    this.#storeSession(session);
    const isShared = this.state.participants.list.length > 1;
    await this.#connectAnew();
    this.pageNotice = isShared
      ? "Others are in this conversation: your settings hold once they have left."
      : "Applied. The agent goes on with these settings, and remembers the conversation.";
  }

  async #connectAnew(): Promise<void> {
    const { connection, mic } = this.state;
    const previous = this.#call;
    this.#save();
    // First: the server gives a new session only to a client that is alone.
    await previous.close();
    this.#call = this.#createCall();
    this.state = this.#call.state;
    if (connection.status === "closed") return;
    if (mic === "on" || mic === "muted") await this.#call.start();
    else this.#call.open();
    if (mic === "muted") this.#call.mute();
  }

  /** An author may have withdrawn a setting that is stored here: the server refuses a client with it. */
  #serverDescribed(server: ServerInfo): void {
    this.server = server;
    const allowed = this.#agentInfo?.clientSettings;
    if (!allowed) return;
    const session = allowedSession(this.#sessionSettings, allowed);
    if (JSON.stringify(session) === JSON.stringify(this.#sessionSettings)) return;
    this.#storeSession(session);
    void this.#connectAnew();
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
      this.pageNotice =
        "The menu could not be loaded. The conversation goes on; reload the page to try again.";
    }
  }

  readonly #level = (): number => this.#call.level();

  /** Runs when the page is hidden: phones often discard a hidden page without `pagehide`. */
  readonly #save = (): void => {
    const usage = closedUsage(this.#meter.usage, performance.now());
    savePage(this.#identity, { ...this.#call.saved, usage });
  };

  #createCall(): Call {
    const saved = loadPage(this.#identity);
    this.#meter.restart(saved.usage);
    const query = new URLSearchParams(location.search);
    const role = readRequestedRole(query);
    const call = createCall({
      ...this.#identity,
      ...(role && { role }),
      getToken: () => this.#token,
      worklets: "/assets/",
      opus: readWantsOpus(query),
      settings: this.#sessionSettings,
      turnTaking: readTurnTaking(query),
      saved,
    });
    call.on("state", (state) => {
      if (call === this.#call) this.state = state;
    });
    call.watchFrames((frame) => {
      if (frame.direction === "local") this.#frames.addLocal(frame.what);
      else this.#frames.add(frame.direction, frame.data);
    });
    return call;
  }

  /** Leaves this conversation for another and puts the other one into the address. */
  async #switchTo(identity: Identity): Promise<void> {
    this.#save();
    const previous = this.#call;
    this.#identity = identity;
    this.#call = this.#createCall();
    this.state = this.#call.state;
    history.replaceState(null, "", addressOf(identity));
    await previous.close();
  }

  readonly #newConversation = (): void => {
    void this.#switchTo(withConversation(this.#identity, this.#storage, randomId()));
  };

  async #openConversation(session: string): Promise<void> {
    if (session === this.#identity.session) return this.#call.open();
    await this.#switchTo(withConversation(this.#identity, this.#storage, session));
    this.#call.open();
  }

  #toggleCamera(): void {
    const { camera } = this.#call;
    if (this.state.camera === "off") void camera.open();
    else camera.close();
  }

  #press(phase: Phase): void {
    if (phase === "reconnecting") this.#call.retry();
    else if (phase === "speaking") this.#call.interrupt();
    else if (this.state.mic === "muted") this.#call.toggleMute();
    else if (this.state.mic === "off") void this.#call.start();
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#call.interrupt();
    if (event.key !== " " || event.repeat || usesSpace(event)) return;
    event.preventDefault();
    if (this.state.turnTaking === "push-to-talk") void this.#call.holdToSpeak();
    else this.#call.toggleMute();
  };

  readonly #keyReleased = (event: KeyboardEvent): void => {
    if (event.key === " ") this.#call.release();
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
