/** The page: shows how the conversation stands and passes on what the person does. */
import { html, LitElement, unsafeCSS, type TemplateResult } from "lit";
import { mayDecide } from "./approvals.ts";
import type { Connection } from "./connection.ts";
import {
  anew,
  browserMemory,
  identify,
  randomId,
  socketUrl,
  tokenIn,
  wishedRole,
  type Identity,
} from "./identity.ts";
import { keep, kept } from "./session-storage.ts";
import { NativeConnection } from "./parley-connection.ts";
import { browserNetwork } from "./platform.ts";
import { speaks } from "./participants.ts";
import { askServer, unknownServer, type ServerInfo } from "./server-info.ts";
import { Talk, type TalkState } from "./voice-session.ts";
import { approvals } from "./view/approvals.ts";
import { composer } from "./view/composer.ts";
import { header, footer } from "./view/header-footer.ts";
import { notice } from "./view/notice.ts";
import { phaseOf, type Phase } from "./view/phase.ts";
import { shelf } from "./view/products.ts";
import { cameraView, stage } from "./view/voice-controls.ts";
import { welcome } from "./view/welcome.ts";
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

  declare state: TalkState;
  declare server: ServerInfo;

  readonly #memory = browserMemory();
  readonly #decides = mayDecide(new URLSearchParams(location.search), tokenIn(location.hash));
  #identity: Identity;
  #connection: Connection;
  #talk: Talk;

  constructor() {
    super();
    this.server = unknownServer;
    this.#identity = identify(new URLSearchParams(location.search), this.#memory, randomId);
    [this.#connection, this.#talk] = this.#join();
    this.state = this.#talk.state;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#pressed);
    window.addEventListener("pagehide", this.#keep);
    document.addEventListener("visibilitychange", this.#keep);
    if (this.#connection.place) this.#talk.resume();
    void askServer().then((server) => (this.server = server));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#pressed);
    window.removeEventListener("pagehide", this.#keep);
    document.removeEventListener("visibilitychange", this.#keep);
    void this.#talk.end();
  }

  override render(): TemplateResult {
    const { state, server } = this;
    const phase = phaseOf(state);
    const agent = this.#identity.agent ?? server.defaultAgent;
    return html`
      ${header({
        link: state.link,
        people: state.people,
        agents: server.agents.map(({ name }) => name),
        agent,
        choose: (agent) => void this.#move({ ...this.#identity, agent }),
        anew: () => void this.#move(anew(this.#identity, this.#memory, randomId)),
      })}
      <main>
        ${stage({
          phase,
          mic: state.mic,
          cameraOn: state.camera !== "off",
          level: this.#level,
          press: () => this.#press(phase),
          mute: () => this.#talk.toggleMute(),
          camera: () => void this.#talk.toggleCamera(),
          end: () => void this.#talk.end(),
        })}
        <section class="talk" aria-label="Conversation">
          <parley-transcript .lines=${state.captions.list}>
            ${welcome(suggested(server, agent), (text) => this.#talk.say(text))}
          </parley-transcript>
        </section>
        ${shelf(state.goods)} ${cameraView(state.camera, () => void this.#talk.switchCamera())}
        ${composer((text) => this.#talk.say(text))}
      </main>
      ${footer(server, state.tokens)}
      ${approvals({
        questions: this.#decides ? state.questions : [],
        connected: state.link.at === "open",
        decide: (id, approved) => this.#talk.decide(id, approved),
      })}
      ${notice(state.notice, () => this.#talk.dismiss())}
    `;
  }

  readonly #level = (): number => this.#talk.level();

  /** A page on a phone is often taken away without a word after it was hidden. */
  readonly #keep = (): void => {
    const { place } = this.#connection;
    keep(this.#identity, { ...this.state, ...(place && { place }) });
  };

  #join(): [Connection, Talk] {
    const found = kept(this.#identity);
    const role = wishedRole(new URLSearchParams(location.search));
    const connection = new NativeConnection(
      socketUrl(location.origin, this.#identity, role),
      browserNetwork(tokenIn(location.hash)),
      found.place,
    );
    const talk = new Talk(connection, found, speaks(role), (state) => {
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
    await left.end();
  }

  #press(phase: Phase): void {
    if (phase === "speaking") this.#talk.hush();
    else if (this.state.mic === "muted") this.#talk.toggleMute();
    else if (this.state.mic === "off") void this.#talk.start();
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#talk.hush();
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
