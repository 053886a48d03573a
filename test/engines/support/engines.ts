/** The engines beside Chromium that the page is tested in, where they are installed. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Browser, BrowserOptions } from "./browser.ts";
import { openFirefox } from "./firefox.ts";
import { findMiniBrowser, openWebKit } from "./webkit.ts";

export interface Engine {
  readonly name: string;
  /** Says what to install; undefined where everything is. */
  readonly missing: string | undefined;
  /** @param env names the sound server. */
  readonly open: (env: NodeJS.ProcessEnv, options?: BrowserOptions) => Promise<Browser>;
}

/** The commands of a sound server to speak to and to record. */
const sound = ["pulseaudio", "pactl", "paplay", "parec"];

export const engines: readonly Engine[] = [
  {
    name: "Firefox",
    missing: missing("Firefox", ["firefox-esr", ...sound], "firefox-esr"),
    open: openFirefox,
  },
  {
    name: "WebKitGTK",
    missing: missing(
      "WebKitGTK",
      [
        "WebKitWebDriver",
        findMiniBrowser() ?? "MiniBrowser",
        "xvfb-run",
        "dbus-run-session",
        ...sound,
      ],
      "webkit2gtk-driver xvfb xauth dbus",
    ),
    open: openWebKit,
  },
];

function missing(name: string, commands: readonly string[], packages: string): string | undefined {
  const absent = commands.filter((command) => !isInstalled(command));
  if (absent.length === 0) return undefined;
  return `${name} is not tested: ${absent.join(", ")} not found. On Debian: apt-get install ${packages} pulseaudio pulseaudio-utils`;
}

function isInstalled(command: string): boolean {
  const folders = command.startsWith("/") ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, command)));
}
