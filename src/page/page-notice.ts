/** The page's own notice: one at a time, in the page's language, which goes by itself when its cause is gone. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { strings } from "./language/strings.ts";

/** The subject of a notice. The texts have the same names. */
export type PageNoticeName =
  | "settingsWait"
  | "settingsApplied"
  | "unreadablePicture"
  | "pictureNotSent"
  | "menuNotLoaded"
  | "languageNotLoaded";

/** Time to read the confirmation of what the user has just done, ms. */
const confirmationMs = 10_000;

export class PageNotice implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #name: PageNoticeName | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Undefined: there is none. */
  get text(): string | undefined {
    return this.#name && strings().notice[this.#name];
  }

  show(name: PageNoticeName): void {
    this.#set(name);
    // Nothing else ends it. A failure stays until it is mended or dismissed.
    if (name === "settingsApplied")
      this.#timer = setTimeout(() => this.#set(undefined), confirmationMs);
  }

  /** The cause of these notices is gone. */
  end(...names: readonly PageNoticeName[]): void {
    if (this.#name !== undefined && names.includes(this.#name)) this.#set(undefined);
  }

  dismiss(): void {
    this.#set(undefined);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  #set(name: PageNoticeName | undefined): void {
    clearTimeout(this.#timer);
    this.#name = name;
    this.#host.requestUpdate();
  }
}
