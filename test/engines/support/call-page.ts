/** The page in a browser of any engine: elements by role and name, as a user of a screen reader finds them. */
import { expect } from "vitest";
import type { Browser } from "./browser.ts";

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
    await expect.poll(center, { message: `no ${role} "${name}"` }).not.toBeNull();
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
    await this.#browser.perform([{ type: "key", id: "keyboard", actions }]);
  }

  /** The captions as a screen reader reads them: "You: …", "Agent: …". */
  captions(): Promise<string[]> {
    return this.#texts("li[data-state]");
  }

  /** "Listening", "Speaking" and so on. */
  async phase(): Promise<string | undefined> {
    return (await this.#texts("[role=status] strong"))[0];
  }

  /** Waits until the page says that it is in this phase. */
  async reaches(phase: string): Promise<void> {
    await expect.poll(() => this.phase(), { timeout: 30_000, interval: 50 }).toBe(phase);
  }

  #texts(selector: string): Promise<string[]> {
    return this.#browser.evaluate(textsOf, selector);
  }
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
