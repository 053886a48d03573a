/** Playwright's `test` with a browser that has a microphone of its own, a tap, and no patience for errors. */
import { test as base, expect } from "@playwright/test";
import { FakeServer } from "./fake-server.ts";
import { ParleyProcess } from "./parley-process.ts";
import { Microphone } from "./microphone.ts";
import { installTap } from "./tap.ts";

interface PerTest {
  /** A server that says what the test tells it to. */
  readonly fakeServer: FakeServer;
  /** Console errors the test expects; all others fail it. */
  readonly expectedErrors: RegExp[];
  /** Whether what is played is recorded. The recorder is not of the page: its policy forbids it. */
  readonly tapped: boolean;
  readonly watched: void;
}

interface PerWorker {
  /** All of `npm start`. */
  readonly parley: ParleyProcess;
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
  parley: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      const parley = await ParleyProcess.open();
      await use(parley);
      await parley.close();
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
  fakeServer: async ({}, use) => {
    const fakeServer = await new FakeServer().open();
    await use(fakeServer);
    await fakeServer.close();
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
