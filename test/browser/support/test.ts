/** Playwright's `test` with a browser that has a microphone of its own, a tap, and no patience for errors. */
import { test as base, expect } from "@playwright/test";
import { FakeDoor } from "./fake-server.ts";
import { House } from "./house.ts";
import { Microphone } from "./microphone.ts";
import { installTap } from "./tap.ts";

interface PerTest {
  /** A server that says what the test tells it to. */
  readonly door: FakeDoor;
  /** Console errors the test expects; all others fail it. */
  readonly expectedErrors: RegExp[];
  /** Whether what is played is recorded. The recorder is not of the page: its policy forbids it. */
  readonly tapped: boolean;
  readonly watched: void;
}

interface PerWorker {
  /** All of `npm start`. */
  readonly house: House;
  readonly microphone: Microphone;
}

/** Nothing here asks the network for anything; the devices are fake, the clockwork is real. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
];

export const test = base.extend<PerTest, PerWorker>({
  house: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      const house = await House.open();
      await use(house);
      await house.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  microphone: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      const microphone = new Microphone();
      await use(microphone);
      microphone.remove();
    },
    { scope: "worker" },
  ],
  launchOptions: [
    async ({ microphone }, use) => {
      const capture = `--use-file-for-fake-audio-capture=${microphone.path}%noloop`;
      const executablePath = process.env["CHROMIUM_PATH"];
      await use({ ...(executablePath && { executablePath }), args: [...flags, capture] });
    },
    { scope: "worker" },
  ],
  permissions: ["microphone", "camera"],
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern
  door: async ({}, use) => {
    const door = await new FakeDoor().open();
    await use(door);
    await door.shut();
  },
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern
  expectedErrors: async ({}, use) => use([]),
  tapped: [false, { option: true }],
  bypassCSP: async ({ tapped }, use) => use(tapped),
  watched: [
    async ({ context, page, expectedErrors, tapped }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) errors.push(message.text());
      });
      if (tapped) await installTap(context);
      await use();
      const unexpected = errors.filter((text) => !expectedErrors.some((known) => known.test(text)));
      expect(unexpected).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
