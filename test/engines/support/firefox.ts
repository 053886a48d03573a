/** Firefox without a window, by WebDriver BiDi: it serves the protocol itself, without a driver. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BidiClient } from "./bidi-client.ts";
import { callSource, type Browser, type BrowserOptions } from "./browser.ts";
import { Child } from "./child.ts";

const preferences = {
  // Without a window nobody could allow the microphone. A page still needs a gesture to make a sound.
  "media.navigator.permission.disabled": true,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
};

/** @param env names the sound server. */
export async function openFirefox(
  env: NodeJS.ProcessEnv,
  { mockDevices = false }: BrowserOptions = {},
): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "parley-firefox-"));
  const all = { ...preferences, "media.navigator.streams.fake": mockDevices };
  const lines = Object.entries(all).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});\n`,
  );
  writeFileSync(join(profile, "user.js"), lines.join(""));
  // Firefox refuses a home that belongs to another user.
  const child = new Child(
    "firefox-esr",
    ["--headless", "--remote-debugging-port=0", "--profile", profile],
    { ...env, HOME: profile },
  );
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [, url] = await child.prints(/BiDi listening on (ws:\S+)/);
    return await control(await BidiClient.open(`${url}/session`), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function control(bidi: BidiClient, stop: () => Promise<void>): Promise<Browser> {
  const { capabilities } = await bidi.send("session.new", { capabilities: {} });
  const { contexts } = await bidi.send("browsingContext.getTree", {});
  const context = contexts[0]?.context ?? "";
  return {
    version: `Firefox ${capabilities.browserVersion}`,
    goto: async (url) =>
      void (await bidi.send("browsingContext.navigate", { context, url, wait: "complete" })),
    reload: async () =>
      void (await bidi.send("browsingContext.reload", { context, wait: "complete" })),
    evaluate: async (work, ...args) => {
      const reply = await bidi.send("script.evaluate", {
        expression: callSource(work, args),
        target: { context },
        awaitPromise: true,
      });
      if (reply.type === "exception") throw new Error(reply.exceptionDetails.text);
      return JSON.parse(reply.result.value);
    },
    perform: async (actions) =>
      void (await bidi.send("input.performActions", { context, actions })),
    close: async () => {
      bidi.close();
      await stop();
    },
  };
}
