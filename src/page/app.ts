/** The root element: renders the session's state and forwards the user's actions. */
import { html, LitElement, unsafeCSS, type TemplateResult } from "lit";
import {
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
  conversationKey,
  identify,
  nameOfUser,
  openBrowserStorage,
  withConversation,
  type Identity,
} from "./identity.ts";
import { isLinkToExisting, listens } from "./joining.ts";
import { sendPicture, watchPictures } from "./picture.ts";
import { loadPage, savePage } from "./session-storage.ts";
import { createPageCall } from "./page-call.ts";
import { shortcutOf } from "./keyboard.ts";
import { followLanguage } from "./language/strings.ts";
import { PageNotice } from "./page-notice.ts";
import { Navigation } from "./navigation.ts";
import { OtherTabs } from "./other-tabs.ts";
import type { PageDialog } from "./view/dialogs.ts";
import { renderApprovals } from "./view/approvals.ts";
import { renderComposer } from "./view/composer.ts";
import { renderFooter, renderHeader } from "./view/header-footer.ts";
import { renderConversation } from "./view/conversation.ts";
import { describeNotice } from "./view/notice.ts";
import { carryOut } from "./view/people.ts";
import { derivePhase, type Phase } from "./view/phase.ts";
import { renderProducts } from "./view/products.ts";
import { renderCamera, renderVoiceControls } from "./view/voice-controls.ts";
import { closedUsage } from "./panels/token-usage.ts";
import sheet from "./view/app.css";
import approvalsSheet from "./view/approvals.css";
import productsSheet from "./view/products.css";
import wideSheet from "./view/wide.css";
import drawerSheet from "./panels/drawer-layout.css";
import { devicesOf } from "./panels/call-devices.ts";
import type { SettingsProps } from "./panels/settings-panel.ts";
import {
  allowedSession,
  applyAppearance,
  applyLanguage,
  loadSettings,
  saveSettings,
  sentSession,
  type PageSettings,
} from "./settings.ts";
import { createWakeLock } from "./wake-lock.ts";
import type { DrawerContent } from "./panels/drawer-content.ts";
import { ConversationMeter } from "./panels/conversation-meter.ts";
import { FrameLog } from "./panels/frame-log.ts";
import { DrawerControl } from "./panels/drawer-control.ts";
import type { PanelTab } from "./panels/panel-tabs.ts";

export class App extends LitElement {
  static override styles = [sheet, wideSheet, productsSheet, approvalsSheet, drawerSheet].map(
    (text) => unsafeCSS(text),
  );
  static override properties = {
    state: { state: true },
    server: { state: true },
    settings: { state: true },
    dialog: { state: true },
  };

  declare state: CallState;
  declare server: ServerInfo;
  declare settings: PageSettings;
  declare dialog: PageDialog | undefined;

  readonly #storage = openBrowserStorage();
  /** It comes before the call's. */
  readonly #notice = new PageNotice(this);
  readonly #drawer = new DrawerControl(this, this.#storage, (loaded) =>
    loaded ? this.#notice.end("menuNotLoaded") : this.#notice.show("menuNotLoaded"),
  );
  readonly #frames = new FrameLog(() => performance.now());
  #stopWatching = (): void => undefined;
  readonly #wakeLock = createWakeLock();
  readonly #meter = new ConversationMeter(this.#frames);
  /** The microphone was on before the reload. */
  #spokeBefore = false;
  #tabs: OtherTabs | undefined;
  /** Its signal ends the listeners of this element. */
  #connected = new AbortController();
  readonly #navigation = new Navigation({
    identity: () => this.#identity,
    wentTo: (identity) => void this.#switchTo(identity),
    tokenChanged: (token) => {
      this.requestUpdate();
      if (this.state.connection.status === "open") this.#call.renewToken(token);
    },
  });
  #identity: Identity;
  #call: Call;

  constructor() {
    super();
    followLanguage(this);
    this.server = unknownServerInfo;
    this.settings = loadSettings(this.#storage);
    this.dialog = undefined;
    this.#identity = identify(location.search, this.#storage, randomId);
    this.#call = this.#createCall();
    this.state = this.#call.state;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { signal } = (this.#connected = new AbortController());
    this.#stopWatching = watchPictures(document, (picture) => void this.#takePicture(picture));
    document.addEventListener("keydown", this.#keyPressed, { signal });
    document.addEventListener("keyup", this.#keyPressed, { signal });
    window.addEventListener("blur", this.#letGo, { signal });
    window.addEventListener("pagehide", this.#save, { signal });
    document.addEventListener("visibilitychange", this.#save, { signal });
    this.#tabs = new OtherTabs({
      conversation: () => conversationKey(this.#identity),
      isConnected: () => this.state.connection.status === "open",
      found: () => this.#call.open(),
    });
    this.#navigation.watch(signal);
    this.#joinUnasked();
    void fetchServerInfo().then((server) => this.#serverDescribed(server));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#connected.abort();
    this.#stopWatching();
    this.#tabs?.close();
    void this.#call.close();
  }

  override render(): TemplateResult {
    const { state, server } = this;
    const phase = derivePhase(state);
    return html`
      ${this.#renderHeader()}
      <main>
        <div class="side">
          ${renderVoiceControls({
            phase,
            call: this.#call,
            level: this.#level,
            press: () => this.#press(phase),
          })}
          ${renderCamera(this.#call)}
        </div>
        ${renderConversation({
          phase,
          state,
          agent: this.#agentInfo,
          userName: nameOfUser(this.#identity),
          message: this.#notice.text ?? describeNotice(state, server.agents, this.#agentName),
          dismiss: this.#dismiss,
          takeToken: this.#takeToken,
          send: (text) => this.#call.sendText(text),
        })}
        ${renderApprovals({
          requests: this.#mayDecide ? state.approvalRequests : [],
          connected: state.connection.status === "open",
          decide: (id, approved) => this.#call.decide(id, approved),
        })}
        ${renderProducts(state.products)} ${this.#renderComposer()}
      </main>
      ${renderFooter(server, state.tokens)} ${this.#renderDrawer()}
      <parley-dialog
        .dialog=${this.dialog}
        @switch-agent=${({ detail: agent }: CustomEvent<string>) =>
          this.#leaveFor({ ...this.#identity, agent })}
        @close=${() => (this.dialog = undefined)}
      ></parley-dialog>
    `;
  }

  #renderHeader(): TemplateResult {
    return renderHeader({
      connection: this.state.connection,
      participants: this.state.participants,
      agents: this.server.agents,
      agent: this.#agentName,
      userName: nameOfUser(this.#identity),
      chooseAgent: (agent) => this.#chooseAgent(agent),
      control: (control) => carryOut(control, this.#call),
      newConversation: this.#newConversation,
      drawerOpen: this.#drawer.open,
      toggleDrawer: () => this.#drawer.toggle(),
    });
  }

  #renderComposer(): TemplateResult {
    return renderComposer(
      this.state,
      (text) => this.#call.sendText(text),
      (picture) => void this.#takePicture(picture),
    );
  }

  #renderDrawer(): TemplateResult {
    const { open, tab } = this.#drawer;
    return html`<parley-drawer
      .takesFocus=${this.#drawer.isUsers}
      .open=${open}
      .tab=${tab}
      .content=${open ? this.#drawerContent : undefined}
      @drawer-close=${this.#closeDrawer}
      @conversation-new=${this.#newConversation}
      @conversation-open=${({ detail }: CustomEvent<string>) => this.#openConversation(detail)}
      @drawer-tab=${({ detail }: CustomEvent<PanelTab>) => this.#drawer.select(detail)}
    ></parley-drawer>`;
  }

  readonly #closeDrawer = (): void => {
    this.#drawer.toggle(false);
    this.renderRoot.querySelector<HTMLElement>(".menu")?.focus();
  };

  override willUpdate(): void {
    const { connection, mic, speaking } = this.state;
    this.#wakeLock.hold(connection.status !== "closed" && (mic !== "off" || speaking));
    if (this.state.participants.list.length === 1) this.#notice.end("settingsWait");
  }

  get #drawerContent(): DrawerContent {
    const { server } = this;
    const model = this.#agentInfo?.model ?? server.model;
    const app = this.#agentName;
    const { user } = this.#identity;
    return {
      identity: { ...this.#identity, ...(app && { agent: app }) },
      owner: app === undefined ? undefined : { app, user, token: this.#navigation.token },
      role: this.#ownRole,
      hasToken: this.#navigation.token !== undefined,
      settings: this.#settingsContent,
      devices: devicesOf(this.#call, this.settings, (change) => this.#changeSettings(change)),
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
      showShortcuts: () => (this.dialog = { kind: "shortcuts" }),
      changeAppearance: (change) => this.#changeSettings(change),
      applySession: (session) => void this.#applySession(session),
    };
  }

  readonly #takePicture = async (picture: Blob): Promise<void> => {
    const problem = await sendPicture(this.#call, picture);
    if (problem) this.#notice.show(problem);
    else this.#notice.end("unreadablePicture", "pictureNotSent");
  };

  /** By the address or the token: before the server has reported the role. */
  get #mayDecide(): boolean {
    return mayDecide(new URLSearchParams(location.search), this.#navigation.token);
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
    void applyLanguage(this.settings, document).then((applied) =>
      applied ? this.#notice.end("languageNotLoaded") : this.#notice.show("languageNotLoaded"),
    );
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
    this.#notice.show(isShared ? "settingsWait" : "settingsApplied");
  }

  async #connectAnew(): Promise<void> {
    const { connection, mic, audible } = this.state;
    const previous = this.#call;
    this.#save();
    // First: the server gives a new session only to a client that is alone.
    await previous.close();
    this.#call = this.#createCall();
    this.state = this.#call.state;
    if (connection.status === "closed") return;
    if (mic === "on" || mic === "muted") await this.#call.start();
    else this.#call.open();
    if (audible) void this.#call.speaker.open();
    if (mic === "muted") this.#call.mute();
  }

  /** An author may have withdrawn a setting that is stored here: the server refuses a client with it. */
  #serverDescribed(server: ServerInfo): void {
    this.server = server;
    void isLinkToExisting(
      { ...this.#identity, agent: this.#agentName },
      this.#navigation.token,
    ).then((exists) => exists && this.#call.open());
    const allowed = this.#agentInfo?.clientSettings;
    if (!allowed) return;
    const session = allowedSession(this.#sessionSettings, allowed);
    if (JSON.stringify(session) === JSON.stringify(this.#sessionSettings)) return;
    this.#storeSession(session);
    void this.#connectAnew();
  }

  readonly #level = (): number => this.#call.level();

  /** Runs when the page is hidden: phones often discard a hidden page without `pagehide`. */
  readonly #save = (): void => {
    if (document.visibilityState === "visible") this.#wakeLock.becameVisible();
    const usage = closedUsage(this.#meter.usage, performance.now());
    const spoke = this.state.mic === "on" || this.state.mic === "muted";
    savePage(this.#identity, { ...this.#call.saved, usage, spoke });
  };

  #createCall(): Call {
    const saved = loadPage(this.#identity);
    this.#meter.restart(JSON.stringify(this.#identity), saved.usage);
    this.#spokeBefore = saved.spoke === true;
    const call = createPageCall({
      identity: this.#identity,
      page: this.settings,
      settings: sentSession(this.#sessionSettings, this.#mayDecide),
      saved,
      getToken: () => this.#navigation.token,
      log: this.#frames,
    });
    call.on("latency", (wait) => call === this.#call && this.#meter.waited(wait));
    call.on("state", (state) => {
      if (call === this.#call) this.state = state;
    });
    return call;
  }

  /** A conversation that is under way is shown at once, without its sound, which needs a gesture. */
  #joinUnasked(): void {
    if (this.#call.saved.snapshot || listens(location.search)) this.#call.open();
    else this.#tabs?.ask();
  }

  readonly #dismiss = (): void => {
    if (this.#notice.text === undefined) this.#call.dismissNotice();
    this.#notice.dismiss();
  };

  readonly #takeToken = (token: string): void => {
    this.#navigation.keepToken(token);
    if (this.state.connection.status === "open") this.#call.renewToken(token);
    else void this.#call.start();
  };

  #chooseAgent(to: string): void {
    const from = this.#agentName;
    if (this.state.connection.status === "closed" || from === undefined)
      this.#leaveFor({ ...this.#identity, agent: to });
    else this.dialog = { kind: "switchAgent", from, to };
  }

  /** Leaves this conversation for another; the browser's Back returns to it. */
  #leaveFor(identity: Identity): void {
    this.dialog = undefined;
    void this.#switchTo(identity);
    this.#navigation.add(identity);
  }

  async #switchTo(identity: Identity): Promise<void> {
    this.#save();
    const previous = this.#call;
    this.#identity = identity;
    this.#call = this.#createCall();
    this.state = this.#call.state;
    this.#joinUnasked();
    await previous.close();
  }

  readonly #newConversation = (): void =>
    this.#leaveFor(withConversation(this.#identity, this.#storage, randomId()));

  #openConversation(session: string): void {
    if (session !== this.#identity.session)
      this.#leaveFor(withConversation(this.#identity, this.#storage, session));
    this.#call.open();
  }

  #press(phase: Phase): void {
    if (phase === "reconnecting") this.#call.retry();
    else if (phase === "speaking") {
      if (!this.state.listenOnly) this.#call.interrupt();
    } else if (phase === "unheard" && !this.#spokeBefore) void this.#call.speaker.open();
    else if (this.state.mic === "off" || !this.state.audible) void this.#call.start();
    else if (this.state.mic === "muted") this.#call.toggleMute();
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (this.dialog) return;
    const shortcut = shortcutOf(event, this.state.mic);
    if (shortcut === "interrupt") this.#call.interrupt();
    if (shortcut === "help") this.dialog = { kind: "shortcuts" };
    if (event.key === " " && event.type === "keyup") return this.#letGo();
    if (shortcut !== "mute") return;
    if (this.state.turnTaking === "push-to-talk") void this.#call.holdToSpeak();
    else this.#call.toggleMute();
  };

  /** A key that is let go in another window is not seen here. */
  readonly #letGo = (): void => this.#call.release();
}
