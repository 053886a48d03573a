/** The client package in an app of Vite's scaffold: an empty folder, the tarball, ten lines. */
import { startParley } from "../support/parley.ts";
import { buildViteApp } from "../support/packed-client.ts";
import { clipSamples } from "../support/wavs.ts";
import { OtherOrigin } from "./support/other-origin.ts";
import { envelope, recording } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

test.use({ tapped: true });

test("[PKG13] ten lines in an app of Vite's scaffold talk by voice", async ({
  page,
  microphone,
}) => {
  test.setTimeout(120_000);
  const site = await OtherOrigin.open();
  const parley = await startParley({ settings: { ALLOWED_ORIGINS: site.origin } });
  const app = buildViteApp(`http://127.0.0.1:${parley.port}`);
  microphone.record(clipSamples("espeak-which-name.wav"), 16_000);
  site.content.folder = app.dist;
  await page.goto(site.origin);
  await page.getByRole("button", { name: "Talk" }).click();
  await expect(page.getByRole("listitem")).toHaveText(
    [/^user: .*my name/iu, /^agent: .*your name/u],
    {
      timeout: 30_000,
    },
  );
  const isLoud = (level: number): boolean => level > 0.01;
  await expect
    .poll(async () => envelope((await recording(page)).samples).filter(isLoud).length)
    .toBeGreaterThan(100);
  // An open page would report that its server is gone.
  await page.close();
  await parley.stop();
  site.close();
  app.remove();
});
