/** The page inside a page of another origin, as docs/clients.md shows it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startParley } from "../support/parley.ts";
import { clipSamples } from "../support/wavs.ts";
import { OtherOrigin } from "./support/other-origin.ts";
import { expect, test } from "./support/test.ts";

const guide = readFileSync(join(import.meta.dirname, "../../docs/clients.md"), "utf8");
const [, iframe = ""] = /^## An iframe\n+```html\n(.*?)^```$/msu.exec(guide) ?? [];

test("[PKG16] the page talks by voice in a frame of a listed origin, and is not shown in another's", async ({
  page,
  microphone,
  expectedErrors,
}) => {
  test.setTimeout(120_000);
  expectedErrors.push(/frame-ancestors|ERR_BLOCKED_BY_RESPONSE|Refused to frame/u);
  const [shop, stranger] = [await OtherOrigin.open(), await OtherOrigin.open()];
  const parley = await startParley({ settings: { FRAME_ANCESTORS: shop.origin } });
  const server = `http://localhost:${parley.port}`;
  for (const site of [shop, stranger])
    site.content.html = `<!doctype html><title>A shop</title>${iframe.replaceAll("https://voice.example.com", server)}`;
  microphone.record(clipSamples("espeak-which-name.wav"), 16_000);
  await page.goto(shop.origin);
  const frame = page.frameLocator("iframe");
  await frame.getByRole("button", { name: "Start talking" }).click();
  await expect(frame.locator("li[data-state]")).toHaveText(
    [/You: .*my name/isu, /Agent: .*your name/su],
    { timeout: 30_000 },
  );
  await expect(frame.getByText("Speaking")).toBeVisible({ timeout: 30_000 });

  await page.goto(stranger.origin);
  await expect.poll(() => page.frames()[1]?.url()).toBe("chrome-error://chromewebdata/");
  await page.close();
  await parley.stop();
  shop.close();
  stranger.close();
});
