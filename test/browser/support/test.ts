/** Playwright's `test` with a fake microphone, a fake server and a recorder; unexpected console errors fail a test. */
import { test as base, expect } from "@playwright/test";
import { flags } from "./chromium-flags.ts";
import { FakeServer } from "./fake-server.ts";
import { ParleyProcess } from "./parley-process.ts";
import { Microphone } from "./microphone.ts";
import { installTap } from "./tap.ts";

interface PerTest {
  readonly fakeServer: FakeServer;
  /** Expected console errors. Others fail the test. */
  readonly expectedErrors: RegExp[];
  /** Records the playback. The recorder needs an exception from the page's content security policy. */
  readonly tapped: boolean;
  readonly noConsoleErrors: void;
  /** The microphone begins silent: a recording of the test before would be heard in this one. */
  readonly silentMicrophone: void;
}

interface PerWorker {
  readonly parley: ParleyProcess;
  readonly microphone: Microphone;
}

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
  noConsoleErrors: [
    async ({ context, page, expectedErrors, tapped }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) errors.push(message.text());
      });
      if (tapped) await installTap(context);
      await use();
      const unexpected = errors.filter(
        (text) => !expectedErrors.some((expected) => expected.test(text)),
      );
      expect(unexpected).toEqual([]);
    },
    { auto: true },
  ],
  silentMicrophone: [
    async ({ microphone }, use) => {
      microphone.silence();
      await use();
    },
    { auto: true },
  ],
});

export { expect };
