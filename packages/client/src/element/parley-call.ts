/**
 * `<parley-call>`: a button, or an inline panel, to talk with an agent from any page.
 *
 * It never throws into its page, has no global but its class, and connects to nothing before it is used.
 */
import type { Call } from "../call.ts";
import type { CallError } from "../call-events.ts";
import { createCall } from "../connect.ts";
import { stringsFor, type Strings } from "./strings.ts";
import { style } from "./style.ts";
import { CallView } from "./view.ts";

/** A server that renders the page has no elements, and defines none. */
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (Object as never);

/** Where the element's script came from: the server to talk with, if the tag names no other. */
let scriptUrl: string | undefined;

/** @param url of the script, if a parley server served it. */
export function servedFrom(url: string): void {
  scriptUrl = url;
}

export class ParleyCall extends Base {
  static readonly observedAttributes = [
    "agent",
    "src",
    "token-url",
    "user",
    "session",
    "mode",
    "lang",
  ];

  readonly #root = this.attachShadow({ mode: "open" });
  #view: CallView | undefined;
  #call: Call | undefined;
  #strings: Strings = stringsFor("en");
  #lastError: CallError | undefined;
  #frame = 0;

  /** The call, once it was begun: for all that the tag has no attribute for. */
  get call(): Call | undefined {
    return this.#call;
  }

  connectedCallback(): void {
    this.#build();
    if (this.#call) this.#showLevel();
  }

  disconnectedCallback(): void {
    cancelAnimationFrame(this.#frame);
    void this.#hangUp();
  }

  /** Another agent, server or user is another conversation: the one before ends. */
  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.#view || before === after) return;
    if (name !== "mode" && name !== "lang") {
      void this.#hangUp();
      this.#call = undefined;
    }
    this.#build();
  }

  /** Opens the floating panel. */
  open(): void {
    if (this.#view) this.#view.open = true;
    this.#view?.focus();
  }

  /** Closes the floating panel, and ends the call. */
  close(): void {
    void this.#hangUp();
    if (this.#view && !this.#isInline) this.#view.open = false;
    this.#view?.focus();
  }

  get #isInline(): boolean {
    return this.getAttribute("mode") === "inline";
  }

  #build(): void {
    const wasOpen = this.#view?.open ?? false;
    this.#strings = stringsFor(this.lang || languageOf(this));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.replaceChildren();
    this.#view = new CallView(this.#root, this.#strings, this.#isInline, {
      open: () => this.open(),
      close: () => this.close(),
      start: () => this.#use((call) => void call.start()),
      toggleMute: () => this.#call?.toggleMute(),
      interrupt: () => this.#call?.interrupt(),
      end: () => void this.#hangUp(),
      send: (text) => this.#use((call) => call.sendText(text)) ?? false,
    });
    if (wasOpen) this.#view.open = true;
    if (this.#call) this.#view.update(this.#call.state);
    else this.#view.update(this.#createCall().state);
  }

  /** Does something with the call, and shows an error that it throws. */
  #use<Result>(action: (call: Call) => Result): Result | undefined {
    this.#view?.showNotice(undefined);
    try {
      this.#call ??= this.#begin();
      return action(this.#call);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#view?.showNotice(message);
      this.#report({ message });
      return undefined;
    }
  }

  #begin(): Call {
    const call = this.#createCall();
    call.on("state", (state) => this.#call === call && this.#view?.update(state));
    call.on("error", (error) => this.#call === call && this.#report(error));
    this.#showLevel();
    return call;
  }

  #createCall(): Call {
    const attribute = (name: string): string | undefined => this.getAttribute(name) || undefined;
    const [agent, user, session] = ["agent", "user", "session"].map(attribute);
    const tokenUrl = attribute("token-url");
    const server = attribute("src") ?? scriptUrl;
    return createCall({
      ...(server !== undefined && { url: new URL(server, document.baseURI) }),
      ...(agent !== undefined && { agent }),
      ...(user !== undefined && { user }),
      ...(session !== undefined && { session }),
      ...(tokenUrl !== undefined && { getToken: () => fetchToken(tokenUrl) }),
      ...(scriptUrl !== undefined && { worklets: new URL("/assets/", scriptUrl) }),
    });
  }

  #report(error: CallError): void {
    // The end of the connection repeats the reason that the error gave.
    if (error.code === "CLOSED" && error.message === this.#lastError?.message) return;
    this.#lastError = error;
    this.dispatchEvent(new CustomEvent("parley-error", { detail: error }));
  }

  async #hangUp(): Promise<void> {
    const call = this.#call;
    await call?.close();
    if (call && call === this.#call) this.#view?.update(call.state);
  }

  readonly #showLevel = (): void => {
    if (!this.isConnected) return;
    this.#view?.showLevel(this.#call?.level() ?? 0);
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(this.#showLevel);
  };
}

const languageOf = (element: Element): string =>
  element.closest("[lang]")?.getAttribute("lang") || navigator.language;

/** @returns the token of a JSON answer's field `token`, or the text of another. */
async function fetchToken(url: string): Promise<string> {
  const response = await fetch(new URL(url, document.baseURI), {
    headers: { accept: "application/json, text/plain" },
    cache: "no-store",
  });
  if (!response.ok) throw new Error(`${new URL(response.url).pathname}: HTTP ${response.status}`);
  const text = (await response.text()).trim();
  if (!text.startsWith("{")) return text;
  const { token } = JSON.parse(text) as { token?: unknown };
  if (typeof token !== "string") throw new Error("the answer has no token");
  return token;
}
