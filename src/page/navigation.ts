/** The tab's history and token: each entry is of one conversation, and a link in the tab may bring a newer token. */
import {
  addressOf,
  conversationKey,
  keepToken,
  sessionStorageOrMemory,
  takeToken,
  type Identity,
} from "./identity.ts";

interface NavigationEvents {
  /** The conversation that the page shows. */
  readonly identity: () => Identity;
  /** The browser's Back, or Forward, leads to another conversation. */
  readonly wentTo: (identity: Identity) => void;
  /** A link that was opened in this tab has another token. */
  readonly tokenChanged: (token: string) => void;
}

export class Navigation {
  readonly #events: NavigationEvents;
  #token = takeToken(location, history, sessionStorageOrMemory());

  constructor(events: NavigationEvents) {
    this.#events = events;
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** Takes a token that the person typed, also for a reload of the tab. */
  keepToken(token: string): void {
    this.#token = token;
    keepToken(sessionStorageOrMemory(), token);
  }

  /** @param signal ends it. */
  watch(signal: AbortSignal): void {
    this.#markEntry();
    for (const type of ["popstate", "hashchange"])
      window.addEventListener(type, this.#changed, { signal });
  }

  /** Adds an entry for another conversation. */
  add(identity: Identity): void {
    history.pushState({ identity }, "", addressOf(identity));
  }

  readonly #changed = (): void => {
    this.#takeToken();
    const { identity } = (history.state ?? {}) as { identity?: Identity };
    // An entry that a link within the page has made shows the same conversation.
    if (!identity) this.#markEntry();
    else if (conversationKey(identity) !== conversationKey(this.#events.identity()))
      this.#events.wentTo(identity);
  };

  #takeToken(): void {
    const token = takeToken(location, history, sessionStorageOrMemory());
    if (token === undefined || token === this.#token) return;
    this.#token = token;
    this.#events.tokenChanged(token);
  }

  #markEntry(): void {
    history.replaceState({ ...history.state, identity: this.#events.identity() }, "");
  }
}
