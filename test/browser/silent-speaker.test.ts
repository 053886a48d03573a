/** A browser that keeps the sound off: the clock of the player's AudioContext stands still. */
import type { Page } from "@playwright/test";
import { inPage, openClient, start } from "./support/client-page.ts";
import { OtherOrigin } from "./support/other-origin.ts";
import { expect, test } from "./support/test.ts";

interface SilentWindow {
  soundOff: boolean;
  /** Lets `getUserMedia` answer. */
  allow: () => void;
  readonly contexts: AudioContext[];
}

/** @param asks the permission dialog stays open until `allow`. */
const keepSilent = (page: Page, asks = false): Promise<unknown> =>
  page.addInitScript((asks) => {
    const own = window as unknown as SilentWindow;
    Object.assign(own, { soundOff: true, contexts: [] });
    const clock = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "currentTime");
    Object.assign(window, {
      AudioContext: class extends AudioContext {
        readonly isPlayer: boolean;
        constructor(options?: AudioContextOptions) {
          super(options);
          this.isPlayer = options?.sampleRate !== undefined;
          if (this.isPlayer) own.contexts.push(this);
        }
        override get currentTime(): number {
          return this.isPlayer && own.soundOff ? 0 : clock?.get?.call(this);
        }
      },
    });
    if (!asks) return;
    const allowed = new Promise<void>((resolve) => (own.allow = resolve));
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      await allowed;
      return original(constraints);
    };
  }, asks);

const states = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as SilentWindow).contexts.map(({ state }) => state));
const soundOn = (page: Page): Promise<void> =>
  page.evaluate(() => void ((window as unknown as SilentWindow).soundOff = false));

test("[AUDIO45] a sound that the permission dialog kept off is on once the microphone is open", async ({
  page,
  fakeServer,
}) => {
  await keepSilent(page, true);
  await openClient(page, fakeServer);
  await page.getByRole("button", { name: "Start" }).click();
  await expect.poll(() => states(page)).toEqual(["closed"]);
  await soundOn(page);
  await page.evaluate(() => (window as unknown as SilentWindow).allow());
  await expect.poll(() => inPage(page, ({ call }) => call.state.audible)).toBe(true);
  expect(await inPage(page, ({ call, errors }) => [call.state.mic, errors])).toEqual(["on", []]);
});

test("[AUDIO45] start opens the speaker of a call whose microphone is open", async ({
  page,
  fakeServer,
}) => {
  await keepSilent(page);
  await openClient(page, fakeServer);
  await start(page);
  await expect
    .poll(() => inPage(page, ({ errors }) => errors.map(({ code }) => code)))
    .toEqual(["SILENT"]);
  await soundOn(page);
  await start(page);
  await expect.poll(() => inPage(page, ({ call }) => call.state.audible)).toBe(true);
  expect(await inPage(page, ({ call }) => call.state.notice)).toBeUndefined();
});

test("[AUDIO45] the page's round button turns the sound on, as its notice says", async ({
  page,
  fakeServer,
}) => {
  await keepSilent(page);
  await page.goto(fakeServer.url);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("alert")).toHaveText(/Tap the round button once more/u);
  await soundOn(page);
  await page.getByRole("button", { name: "Turn the sound on" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  fakeServer.sendTone(3);
  await expect(page.getByText("Speaking")).toBeVisible();
  await expect(page.getByRole("alert")).toBeEmpty();
});

test("[AUDIO45] so does the button of the tag", async ({ page, fakeServer }) => {
  await keepSilent(page);
  const site = await OtherOrigin.open();
  site.content.html = `<!doctype html><html lang="en"><title>A shop</title>
    <script type="module" src="${fakeServer.url}/parley.js"></script><parley-call mode="inline"></parley-call></html>`;
  await page.goto(site.origin);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("alert")).toHaveText(/keeps the sound off/u);
  await soundOn(page);
  await page.getByRole("button", { name: "Turn the sound on" }).click();
  fakeServer.sendTone(3);
  await expect(page.getByRole("status")).toHaveText(/Speaking/u);
  await expect(page.getByRole("button", { name: "Mute" })).toBeVisible();
  site.close();
});
