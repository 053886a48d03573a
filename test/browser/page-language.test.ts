/** The page in Traditional Chinese, by the browser's language and by the user's choice. */
import type { Page } from "@playwright/test";
import { openPanel } from "./support/drawer.ts";
import { pageStates } from "./support/page-states.ts";
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

/** Texts of the page and of its attributes that are English words in an element that is said to be in Chinese. */
const untranslated = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const isEnglish = (text: string): boolean =>
      /[A-Za-z]{3}/u.test(text) && !/\p{Script=Han}/u.test(text);
    const attributes = ["aria-label", "title", "placeholder", "alt"];
    const found: string[] = [];
    const walk = (node: Node, language: string): void => {
      if (node instanceof Text && language.startsWith("zh") && isEnglish(node.data))
        found.push(node.data.trim());
      if (!(node instanceof Element || node instanceof ShadowRoot)) return;
      let inside = language;
      if (node instanceof Element) {
        if (node.matches("style, script, noscript, [translate=no], kbd, code")) return;
        // An element without a box may have children with one.
        const hasBox = getComputedStyle(node).display !== "contents";
        if (hasBox && !node.checkVisibility() && !node.matches("option")) return;
        inside = node.getAttribute("lang") ?? language;
        for (const name of attributes) {
          const value = node.getAttribute(name) ?? "";
          if (inside.startsWith("zh") && isEnglish(value)) found.push(`${name}: ${value}`);
        }
        if (node.shadowRoot) walk(node.shadowRoot, inside);
      }
      for (const child of node.childNodes) walk(child, inside);
    };
    walk(document.body, document.documentElement.lang);
    return found;
  });

test.describe("[PAGE152] on the Chinese page nothing is in English but what agents, people and the server say", () => {
  // The server of some states is gone or refuses the page.
  test.use({ expectedErrors: [/WebSocket/], viewport: { width: 1440, height: 900 } });

  for (const { name, show } of pageStates)
    test(`in the state "${name}"`, async ({ page, fakeServer }) => {
      await show(page, fakeServer);
      await openPanel(page, "Settings");
      await chooseLanguage(page, "繁體中文");
      await expect(page.getByRole("heading", { name: "外觀" })).toBeVisible();
      expect(await untranslated(page)).toEqual([]);
    });

  test("in each panel, with a conversation, its frames, its cost and an unreachable list", async ({
    page,
    fakeServer,
    expectedErrors,
  }) => {
    expectedErrors.push(/Failed to load resource/u);
    await pageStates.find(({ name }) => name === "tools-tiles")?.show(page, fakeServer);
    fakeServer.sendEvent({ usageMetadata: { promptTokenCount: 30, candidatesTokenCount: 12 } });
    fakeServer.sendUnlogged({ type: "budget", scope: "day", of: "usd", used: 0.9 });
    fakeServer.sendUnlogged({ type: "skipped", ms: 2_000 });
    await openPanel(page, "Settings");
    await chooseLanguage(page, "繁體中文");
    await expect(page.getByText("錯過了 2 秒的語音").first()).toBeVisible();
    for (const panel of ["紀錄", "設定", "分享", "延遲", "費用", "事件"]) {
      await page.getByRole("tab", { name: panel }).click();
      await expect(page.getByRole("heading", { name: panel })).toBeVisible();
      expect(await untranslated(page), panel).toEqual([]);
    }
  });

  test("English in an element in Chinese is found", async ({ page }) => {
    await page.setContent(
      '<html lang="zh-Hant"><p>Hang up</p><p lang="en">Hello</p><p title="Close">對話 OK</p><p hidden>No</p></html>',
    );
    expect(await untranslated(page)).toEqual(["Hang up", "title: Close"]);
  });
});

test("[PAGE152] words of another language than the page's name it", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(fakeServer.url);
  await openPanel(page, "Settings");
  await chooseLanguage(page, "繁體中文");
  await page.getByRole("button", { name: "開始說話" }).click();
  await expect(page.getByText("聆聽中")).toBeVisible();
  for (const text of ["Good evening.", "晚安。", "こんばんは。"])
    fakeServer.sendEvent({ inputTranscription: { text, finished: true } });
  const lines = page.locator("parley-transcript li .text");
  await expect(lines).toHaveCount(3);
  expect(await lines.evaluateAll((all) => all.map((line) => line.getAttribute("lang")))).toEqual([
    "en",
    null,
    "ja",
  ]);
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
