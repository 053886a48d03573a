/** The page in a browser of any engine: elements by role and name, as a user of a screen reader finds them. */
import { expect } from "vitest";
import type { Browser, InputSource, KeyAction } from "./browser.ts";

/** WebDriver's code of the key. */
const enterKey = "\uE007";

const selectors = { button: "button", textbox: "input, textarea" };

export class CallPage {
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async open(url: string): Promise<void> {
    await this.#browser.goto(url);
  }

  async reload(): Promise<void> {
    await this.#browser.reload();
  }

  /** Clicks the element as soon as it is there. */
  async press(role: keyof typeof selectors, name: string): Promise<void> {
    const center = (): Promise<Point | null> =>
      this.#browser.evaluate(centerOf, selectors[role], name);
    await expect.poll(center, { message: `no ${role} "${name}"`, timeout: 10_000 }).not.toBeNull();
    const at = await center();
    await this.#browser.perform([
      {
        type: "pointer",
        id: "mouse",
        actions: [
          { type: "pointerMove", ...(at ?? { x: 0, y: 0 }) },
          { type: "pointerDown", button: 0 },
          { type: "pointerUp", button: 0 },
        ],
      },
    ]);
  }

  /** Sends a text as a message. */
  async send(text: string): Promise<void> {
    await this.press("textbox", "Message");
    const actions = [...Array.from(text), enterKey].flatMap(
      (value) =>
        [
          { type: "keyDown", value },
          { type: "keyUp", value },
        ] as const,
    );
    await this.#browser.perform([keyboard(actions)]);
  }

  async holdKey(value: string): Promise<void> {
    await this.#browser.perform([keyboard([{ type: "keyDown", value }])]);
  }

  async releaseKey(value: string): Promise<void> {
    await this.#browser.perform([keyboard([{ type: "keyUp", value }])]);
  }

  /** Takes a device from a menu of the settings. Browsers show the choices in a window that no driver reaches. */
  async choose(menu: string, choice: string): Promise<void> {
    const names = (): Promise<string[]> => this.#browser.evaluate(readMenu, menu, choice);
    await expect.poll(names, { timeout: 10_000 }).toContain(choice);
  }

  /** The sides of the camera's preview and of the picture that was sent last, in pixels; 0 where there is none. */
  pictures(): Promise<Pictures> {
    return this.#browser.evaluate(readPictures);
  }

  /** The captions as a screen reader reads them: "You: …", "Agent: …". */
  captions(): Promise<string[]> {
    return this.#texts("li[data-state]");
  }

  /** "Listening", "Speaking" and so on, without the hint that follows it in the tag. */
  async phase(): Promise<string | undefined> {
    const [text] = await this.#texts("[role=status] strong, [role=status][part=status]");
    return text?.split(". ")[0];
  }

  /** Waits until the page says that it is in this phase. */
  async reaches(phase: string): Promise<void> {
    await expect.poll(() => this.phase(), { timeout: 30_000, interval: 50 }).toBe(phase);
  }

  #texts(selector: string): Promise<string[]> {
    return this.#browser.evaluate(textsOf, selector);
  }
}

const keyboard = (actions: readonly KeyAction[]): InputSource => ({
  type: "key",
  id: "keyboard",
  actions,
});

interface Pictures {
  readonly preview: number;
  readonly sent: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

// These run in the page, and see nothing of this file.

/** @returns null while there is no such element, or it is disabled. */
function centerOf(selector: string, name: string): Point | null {
  const within = (root: ParentNode): Element[] =>
    [...root.querySelectorAll("*")].flatMap((element) => [
      ...(element.matches(selector) ? [element] : []),
      ...(element.shadowRoot ? within(element.shadowRoot) : []),
    ]);
  const found = within(document).find(
    (element) =>
      (element.getAttribute("aria-label") ?? element.textContent).trim() === name &&
      !element.matches(":disabled, [aria-disabled=true]"),
  );
  if (!found) return null;
  const { left, top, width, height } = found.getBoundingClientRect();
  return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) };
}

/** @returns the texts of the elements, also of those in shadow trees. */
function textsOf(selector: string): string[] {
  const within = (root: ParentNode): Element[] =>
    [...root.querySelectorAll("*")].flatMap((element) => [
      ...(element.matches(selector) ? [element] : []),
      ...(element.shadowRoot ? within(element.shadowRoot) : []),
    ]);
  return within(document).map((element) => element.textContent.replaceAll(/\s+/g, " ").trim());
}

function readPictures(): Pictures {
  const root = document.querySelector("parley-app")?.shadowRoot;
  return {
    preview: root?.querySelector<HTMLVideoElement>("figure.camera video")?.videoWidth ?? 0,
    sent: root?.querySelector<HTMLImageElement>("figure.camera img")?.naturalWidth ?? 0,
  };
}

/** @returns the names of a menu's choices, of which it takes the one that begins so. */
function readMenu(menu: string, choice: string | null): string[] {
  const drawer = document.querySelector("parley-app")?.shadowRoot?.querySelector("parley-drawer");
  const label = [...(drawer?.shadowRoot?.querySelectorAll("label") ?? [])].find(
    (each) => each.querySelector("span")?.textContent.trim() === menu,
  );
  const select = label?.querySelector("select");
  const options = [...(select?.options ?? [])];
  const chosen = options.find(({ textContent }) => textContent.trim() === choice);
  if (select && chosen) {
    select.value = chosen.value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return options.map(({ textContent }) => textContent.trim());
}
