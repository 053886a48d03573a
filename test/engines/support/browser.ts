/** A browser with one page, as much of it as the tests need: Firefox and WebKit speak different protocols. */

/** Input of one device: BiDi and WebDriver share the format. */
export type InputSource =
  | { readonly type: "key"; readonly id: string; readonly actions: readonly KeyAction[] }
  | { readonly type: "pointer"; readonly id: string; readonly actions: readonly PointerAction[] };

export interface KeyAction {
  readonly type: "keyDown" | "keyUp";
  readonly value: string;
}

type PointerAction =
  | { readonly type: "pointerMove"; readonly x: number; readonly y: number }
  | { readonly type: "pointerDown" | "pointerUp"; readonly button: 0 };

export interface BrowserOptions {
  /** The browser's own devices in place of the machine's, which has no camera. */
  readonly mockDevices?: boolean;
}

export interface Browser {
  /** As in "Firefox 153.0". */
  readonly version: string;
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Calls a function in the page. Arguments and result are JSON; the function sees nothing else of the test. */
  evaluate<Args extends unknown[], Result>(
    work: (...args: Args) => Result,
    ...args: Args
  ): Promise<Result>;
  /** Real input: it counts as a user's gesture. */
  perform(sources: readonly InputSource[]): Promise<void>;
  close(): Promise<void>;
}

/** @returns the body of a call whose result is a JSON text. */
export const callSource = (work: (...args: never[]) => unknown, args: readonly unknown[]): string =>
  `JSON.stringify((${work.toString()})(...${JSON.stringify(args)})) ?? "null"`;
