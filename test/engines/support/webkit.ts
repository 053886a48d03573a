/**
 * WebKitGTK's MiniBrowser, by WebDriver, in a display and a session bus of its own. Under automation it grants the
 * microphone without a question.
 */
import { existsSync } from "node:fs";
import { freePort } from "../../support/parley.ts";
import { callSource, type Browser, type BrowserOptions } from "./browser.ts";
import { Child } from "./child.ts";
import { WebDriverClient } from "./webdriver-client.ts";

/** WebKit's processes live beside its library. */
const libraries = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map((triple) => `/usr/lib/${triple}`);

export const findMiniBrowser = (): string | undefined =>
  libraries
    .flatMap((folder) => ["4.1", "4.0"].map((api) => `${folder}/webkit2gtk-${api}/MiniBrowser`))
    .find((path) => existsSync(path));

/** @param env names the sound server. */
export async function openWebKit(
  env: NodeJS.ProcessEnv,
  { mockDevices = false }: BrowserOptions = {},
): Promise<Browser> {
  const port = await freePort();
  const child = new Child(
    "dbus-run-session",
    ["--", "xvfb-run", "--auto-servernum", "WebKitWebDriver", `--port=${port}`],
    // Neither the accessibility bus nor the desktop portals are there.
    { ...env, NO_AT_BRIDGE: "1", GTK_USE_PORTAL: "0", GTK_A11Y: "none" },
  );
  try {
    const driver = await WebDriverClient.open(`http://127.0.0.1:${port}`, {
      "webkitgtk:browserOptions": {
        binary: findMiniBrowser(),
        args: ["--automation", `--enable-mock-capture-devices=${mockDevices}`],
      },
    });
    return control(driver, () => child.stop());
  } catch (error) {
    await child.stop();
    throw error;
  }
}

const control = (driver: WebDriverClient, stop: () => Promise<void>): Browser => ({
  version: `WebKitGTK ${driver.browserVersion}`,
  goto: async (url) => void (await driver.post("url", { url })),
  reload: async () => void (await driver.post("refresh", {})),
  evaluate: async (work, ...args) => {
    const script = `return ${callSource(work, args)}`;
    return JSON.parse((await driver.post("execute/sync", { script, args: [] })) as string);
  },
  perform: async (actions) => void (await driver.post("actions", { actions })),
  close: async () => {
    await driver.close();
    await stop();
  },
});
