/** Chromium with a microphone that plays a recording, and a scripted server, for the benchmarks of the page. */
import { chromium, type Browser } from "@playwright/test";
import { FakeServer } from "../../test/browser/support/fake-server.ts";
import { Microphone } from "../../test/browser/support/microphone.ts";
import { findChromium } from "../../test/support/chromium.ts";

/** @param signal of the microphone, mono; silence by default. */
export async function inBrowser(
  run: (browser: Browser, server: FakeServer) => Promise<void>,
  signal?: { readonly samples: Int16Array; readonly rate: number },
): Promise<void> {
  const microphone = new Microphone();
  if (signal) microphone.record(signal.samples, signal.rate);
  const server = await new FakeServer().open();
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${microphone.path}%noloop`,
    ],
  });
  try {
    await run(browser, server);
  } finally {
    await browser.close();
    await server.close();
    microphone.remove();
  }
}
