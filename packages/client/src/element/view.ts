/** The elements of `<parley-call>`, made once and updated from the call's state. */
import type { CallState } from "../call-state.ts";
import type { Caption, CaptionNote } from "../state/captions.ts";
import { icon, type IconName } from "./icons.ts";
import { phaseOf } from "./phase.ts";
import type { Strings } from "./strings.ts";

interface ViewActions {
  open(): void;
  close(): void;
  start(): void;
  toggleMute(): void;
  interrupt(): void;
  end(): void;
  /** @returns whether the text was taken. */
  send(text: string): boolean;
}

/** Part names are the themable parts of the element. */
function button(part: string, className: string, press: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.part.add(part);
  element.addEventListener("click", press);
  return element;
}

function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  part: string,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties);
  element.part.add(part);
  return element;
}

function setButton(element: HTMLButtonElement, name: IconName, label: string, text = label): void {
  if (element.ariaLabel === label) return;
  element.ariaLabel = label;
  element.replaceChildren(icon(name), ...(text ? [text] : []));
}

export class CallView {
  readonly #strings: Strings;
  readonly #launcher: HTMLButtonElement;
  readonly #panel = create("section", "panel", { className: "panel" });
  readonly #status = create("p", "status");
  readonly #notice = create("p", "notice", { className: "notice", hidden: true });
  readonly #log = create("ol", "transcript", { className: "log", tabIndex: 0 });
  /** Screen readers announce complete captions alone. */
  readonly #announcer = create("div", "announcer", { className: "visually-hidden" });
  readonly #main: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #end: HTMLButtonElement;
  readonly #items = new Map<number, HTMLLIElement>();
  readonly #announced = new Set<number>();
  readonly #inline: boolean;
  #isMuteButton = false;

  constructor(root: ShadowRoot, strings: Strings, inline: boolean, actions: ViewActions) {
    this.#strings = strings;
    this.#inline = inline;
    this.#launcher = button("launcher", "launcher primary", () => actions.open());
    setButton(this.#launcher, "microphone", strings.open);
    this.#main = button("main", "main primary", () =>
      this.#isMuteButton ? actions.toggleMute() : actions.start(),
    );
    this.#stop = button("stop", "", () => actions.interrupt());
    this.#end = button("end", "", () => actions.end());
    setButton(this.#stop, "stop", strings.stop, "");
    setButton(this.#end, "end", strings.end, "");
    this.#status.role = "status";
    this.#notice.role = "alert";
    this.#log.ariaLabel = strings.transcript;
    this.#announcer.ariaLive = "polite";
    this.#fillPanel(actions);
    root.append(...(inline ? [] : [this.#launcher]), this.#panel);
    this.open = inline;
  }

  get open(): boolean {
    return !this.#panel.hidden;
  }

  set open(open: boolean) {
    this.#panel.hidden = !open;
    this.#launcher.hidden = open;
  }

  focus(): void {
    (this.open ? this.#main : this.#launcher).focus();
  }

  /** @param level 0 to 1. */
  showLevel(level: number): void {
    this.#main.style.setProperty("--level", level.toFixed(2));
  }

  showNotice(text = ""): void {
    this.#notice.hidden = text === "";
    // The same text once more would be announced again.
    if (this.#notice.textContent !== text) this.#notice.textContent = text;
  }

  update(state: CallState): void {
    const strings = this.#strings;
    const phase = phaseOf(state);
    this.#status.textContent = strings.phases[phase];
    this.#panel.dataset["phase"] = phase;
    const { mic, audible, listenOnly } = state;
    const isClosed = state.connection.status === "closed";
    const hasMicrophone = mic === "on" || mic === "muted";
    const isSilent = !audible && !isClosed && (hasMicrophone || listenOnly);
    this.#isMuteButton = hasMicrophone && !isSilent;
    if (isSilent) setButton(this.#main, "sound", strings.sound);
    else if (mic === "muted") setButton(this.#main, "muted", strings.unmute);
    else if (mic === "on") setButton(this.#main, "microphone", strings.mute);
    else setButton(this.#main, "microphone", strings.start);
    // Its user may mute a microphone that an operator has muted.
    const hasNothingToOpen = listenOnly && audible && mic === "off" && !isClosed;
    this.#main.disabled = mic === "requesting" || hasNothingToOpen;
    this.#stop.hidden = !state.speaking;
    this.#end.hidden = isClosed;
    this.showNotice(state.notice && (strings.errors[state.noticeCode ?? ""] ?? state.notice));
    this.#showCaptions(state.captions.list);
  }

  #fillPanel(actions: ViewActions): void {
    const strings = this.#strings;
    const header = create("header", "header");
    const title = create("h2", "title", { textContent: strings.title });
    const close = button("close", "", () => actions.close());
    setButton(close, "close", strings.close, "");
    header.append(title, ...(this.#inline ? [] : [close]));
    const controls = create("div", "controls", { className: "controls" });
    controls.append(this.#main, this.#stop, this.#end);
    this.#panel.role = this.#inline ? "region" : "dialog";
    this.#panel.ariaLabel = strings.title;
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#inline) return;
      event.stopPropagation();
      actions.close();
    });
    const parts = [
      header,
      this.#status,
      this.#notice,
      this.#log,
      controls,
      this.#createForm(actions),
    ];
    this.#panel.append(...parts, this.#announcer);
  }

  #createForm(actions: ViewActions): HTMLFormElement {
    const form = create("form", "form");
    const input = create("input", "input", {
      type: "text",
      placeholder: this.#strings.input,
      ariaLabel: this.#strings.input,
      autocomplete: "off",
      maxLength: 32_000,
    });
    const send = button("send", "primary", () => undefined);
    send.type = "submit";
    setButton(send, "send", this.#strings.send, "");
    form.append(input, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text && actions.send(text)) input.value = "";
    });
    return form;
  }

  #showCaptions(captions: readonly Caption[]): void {
    const shown = captions.filter(({ text, call, heard }) => (text || call) && heard !== 0);
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    const items = shown.map((caption) => this.#showCaption(caption));
    for (const [id, item] of this.#items)
      if (!items.includes(item)) {
        item.remove();
        this.#items.delete(id);
      }
    items.forEach((item, at) => {
      if (this.#log.children[at] !== item)
        this.#log.insertBefore(item, this.#log.children[at] ?? null);
    });
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #showCaption(caption: Caption): HTMLLIElement {
    const item = this.#items.get(caption.id) ?? create("li", "caption");
    this.#items.set(caption.id, item);
    const text = this.#textOf(caption);
    if (item.textContent !== text) item.textContent = text;
    item.dataset["side"] = caption.side;
    item.dataset["state"] = caption.state;
    const isComplete = caption.state !== "partial" && caption.state !== "queued";
    if (isComplete && !this.#announced.has(caption.id)) this.#announce(caption, text);
    return item;
  }

  #announce({ id, side }: Caption, text: string): void {
    this.#announced.add(id);
    const speaker = side === "user" ? this.#strings.you : this.#strings.agent;
    const line = document.createElement("p");
    line.textContent = side === "note" ? text : `${speaker}: ${text}`;
    this.#announcer.append(line);
    while (this.#announcer.childElementCount > 3) this.#announcer.firstElementChild?.remove();
  }

  #textOf({ text, call, heard, state, note }: Caption): string {
    if (call) return `${this.#strings.uses} ${call.name.replaceAll("_", " ")}`;
    if (note) return noteIn(this.#strings, note);
    const heardText = heard === undefined ? text : text.slice(0, heard);
    return state === "unsent" ? `${heardText} (${this.#strings.unsent})` : heardText;
  }
}

function noteIn({ transferred, skipped, sentPicture }: Strings, note: CaptionNote): string {
  switch (note.kind) {
    case "transferred":
      return `${transferred(note.to)}${note.reason ? `: ${note.reason}` : ""}`;
    case "skipped":
      return skipped(note.seconds);
    case "sentPicture":
      return sentPicture;
  }
}
