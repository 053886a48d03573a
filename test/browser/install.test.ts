/** The installable page: manifest, icons, service worker, and the screen that stays on. */
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

test("[PAGE103] manifest and icons are as they say", async ({ page, fakeServer }) => {
  await page.goto(fakeServer.url);
  const manifest = (await (
    await page.request.get(`${fakeServer.url}/manifest.webmanifest`)
  ).json()) as {
    icons: { src: string; sizes: string }[];
  };
  const touch = await page.locator("link[rel=apple-touch-icon]").getAttribute("href");
  const icons = [
    ...manifest.icons.filter(({ src }) => src.endsWith(".png")),
    { src: touch ?? "", sizes: "180x180" },
  ];
  expect(icons.map(({ sizes }) => sizes)).toEqual(["192x192", "512x512", "512x512", "180x180"]);
  for (const { src, sizes } of icons) {
    const size = await page.evaluate(async (src) => {
      const { width, height } = await createImageBitmap(await (await fetch(src)).blob());
      return `${width}x${height}`;
    }, src);
    expect(size, src).toBe(sizes);
  }
});

test("[PAGE103] without the network the page says so, and nothing but that page's files is stored", async ({
  page,
  fakeServer,
  expectedErrors,
}) => {
  expectedErrors.push(/Failed to load resource|ERR_/);
  await startConversation(page, fakeServer);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.goto(fakeServer.url);
  await fakeServer.close();
  await page.goto(fakeServer.url);
  await expect(page.getByRole("heading", { name: "You are offline" })).toBeVisible();
  const stored = await page.evaluate(async () => {
    const requests = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(stored.toSorted()).toEqual(["/icon.svg", "/offline.html", "/offline.js", "/page.css"]);
  await fakeServer.open();
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
});

test.describe("in a browser that prefers Traditional Chinese", () => {
  test.use({ locale: "zh-TW" });

  test("[PAGE152] without the network the page says so in its language", async ({
    page,
    fakeServer,
  }) => {
    await page.goto(`${fakeServer.url}/offline.html`);
    await expect(page.getByRole("heading")).toHaveText(["您目前離線"]);
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hant");
    await page.evaluate(() => localStorage.setItem("parley.settings", '{"language":"en"}'));
    await page.reload();
    await expect(page.getByRole("heading")).toHaveText(["You are offline"]);
  });
});

test("[PAGE104] the screen stays on during a talk", async ({ page, fakeServer }) => {
  await page.addInitScript(() => {
    const calls: string[] = [];
    Object.assign(window, { calls });
    const lock = { release: async () => void calls.push("release") };
    const wakeLock = { request: async (type: string) => (calls.push(type), lock) };
    Object.defineProperty(navigator, "wakeLock", { value: wakeLock });
  });
  const calls = () => page.evaluate(() => (window as unknown as { calls: string[] }).calls);
  await startConversation(page, fakeServer);
  await expect.poll(calls).toEqual(["screen"]);
  await page.getByRole("button", { name: "End", exact: true }).click();
  await expect.poll(calls).toEqual(["screen", "release"]);
});
