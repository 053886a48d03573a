/** The page in Traditional Chinese, by the browser's language and by the user's choice. */
import type { Page } from "@playwright/test";
import { openPanel } from "./support/drawer.ts";
import { expect, test } from "./support/test.ts";

/** The radio button is under its label. */
const chooseLanguage = (page: Page, name: string): Promise<void> =>
  page.locator("label").filter({ hasText: name }).click();

test.describe("in a browser that prefers Traditional Chinese", () => {
  test.use({ locale: "zh-TW" });

  test("[PAGE148] the page is in Chinese, and in English at once when the user chooses it", async ({
    page,
    fakeServer,
  }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(fakeServer.url);
    await expect(page.getByRole("heading", { name: "請說話。" })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hant");
    await page.getByRole("button", { name: "開始說話" }).click();
    await expect(page.getByText("聆聽中")).toBeVisible();
    await expect(page.getByRole("button", { name: "靜音", exact: true })).toBeVisible();
    await page.getByRole("button", { name: "選單" }).click();
    await page.getByRole("tab", { name: "設定" }).click();
    await expect(page.getByRole("heading", { name: "外觀" })).toBeVisible();
    await expect(page.getByRole("combobox", { name: "麥克風" })).toBeVisible();

    await chooseLanguage(page, "English");
    await expect(page.getByRole("heading", { name: "Appearance" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Say something." })).toBeVisible();
    await expect(page.getByRole("button", { name: "Mute", exact: true })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");

    await page.reload();
    await expect(page.getByRole("heading", { name: "Appearance" })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
  });
});

test("[PAGE148] the words of the agent and of the server stay as they come", async ({
  page,
  fakeServer,
}) => {
  fakeServer.health = {
    ...fakeServer.health,
    agents: [{ name: "guide", description: "Knows the town." }],
  };
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(fakeServer.url);
  await openPanel(page, "Settings");
  await chooseLanguage(page, "繁體中文");
  await expect(page.getByText("Knows the town.")).toBeVisible();
  await page.getByRole("button", { name: "開始說話" }).click();
  await expect(page.getByText("聆聽中")).toBeVisible();
  fakeServer.sendEvent({ author: "guide", content: { parts: [{ text: "Good evening." }] } });
  await expect(page.getByRole("listitem").filter({ hasText: "Good evening." })).toBeVisible();
  fakeServer.sendUnlogged({
    type: "error",
    code: "RATE_LIMITED",
    action: "wait",
    message: "Slow down, please.",
  });
  await expect(page.getByRole("alert").filter({ hasText: "Slow down, please." })).toBeVisible();
});

test("[PAGE149] a language that cannot be loaded is reported, and the page stays as it is", async ({
  page,
  fakeServer,
  expectedErrors,
}) => {
  expectedErrors.push(/Failed to load resource|dynamically imported/u);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(fakeServer.url);
  const drawer = await openPanel(page, "Settings");
  await expect(drawer.getByRole("heading", { name: "Appearance" })).toBeVisible();
  await page.route("**/assets/shared-*.js", (route) => route.abort());
  await chooseLanguage(page, "繁體中文");
  await expect(page.getByText("The language could not be loaded.")).toBeVisible();
  await expect(drawer.getByRole("heading", { name: "Appearance" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

for (const [locale, start, people, menu] of [
  ["en-US", "Start talking", "2 here", "Menu"],
  ["zh-TW", "開始說話", "2 人", "選單"],
] as const)
  test.describe(locale, () => {
    test.use({ locale });

    test("[PAGE120] a phone has room for the header of a shared conversation", async ({
      page,
      fakeServer,
    }) => {
      fakeServer.participants = [
        { id: "p1", role: "speaker" },
        { id: "p2", role: "listener" },
      ];
      await page.setViewportSize({ width: 320, height: 568 });
      await page.goto(fakeServer.url);
      await page.getByRole("button", { name: start }).click();
      await expect(page.getByRole("button", { name: people })).toBeInViewport({ ratio: 1 });
      await expect(page.getByRole("button", { name: menu })).toBeInViewport({ ratio: 1 });
      const label = await page.locator(".connection").boundingBox();
      expect(label?.height).toBeLessThan(28);
    });
  });
