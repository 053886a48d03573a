/** The page's keyboard shortcuts. */
import type { MicrophoneState } from "../../packages/client/src/index.ts";

type Shortcut = "interrupt" | "mute" | "help";

/** Prevents what the browser does with the key otherwise. Firefox presses a button when the key comes up, so both count. */
export function shortcutOf(event: KeyboardEvent, mic: MicrophoneState): Shortcut | undefined {
  const isDown = event.type === "keydown";
  if (event.key === "Escape") return isDown ? "interrupt" : undefined;
  if (event.key === "?") return isDown && !isOn(event, "input, textarea") ? "help" : undefined;
  if (event.key !== " " || !mutes(event, mic)) return undefined;
  event.preventDefault();
  return event.repeat ? undefined : "mute";
}

/** With the focus on the round button, where a click leaves it, the space key mutes as everywhere else. */
function mutes(event: KeyboardEvent, mic: MicrophoneState): boolean {
  const isOpen = mic === "on" || mic === "muted";
  if (isOpen && isOn(event, ".orb")) return true;
  return !isOn(event, "input, textarea, select, button, a, summary");
}

const isOn = (event: KeyboardEvent, selector: string): boolean =>
  event.composedPath().some((node) => node instanceof Element && node.matches(selector));
