/** Content security policy, layout, contrast and accessibility of the page. */
import type { Page } from "@playwright/test";
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const widths = [
  [390, 844],
  [1280, 800],
] as const;

const sendTurn = (fakeServer: { sendEvent(event: object): void }): void => {
  fakeServer.sendEvent({
    inputTranscription: { text: "What time is it in Paris?", finished: true },
  });
  const text = "It is a quarter past ten in the morning in Paris, one hour ahead of London.";
  fakeServer.sendEvent({ outputTranscription: { text, finished: true } });
};

test("[PAGE70] the content security policy allows no foreign and no inline resources, and the page does not violate it", async ({
  page,
  fakeServer,
}) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    // Of a picture that the page itself has made (`blob:`), the origin is the page's.
    if (new URL(request.url()).origin !== new URL(fakeServer.url).origin)
      foreign.push(request.url());
  });
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      violations.push(`${violatedDirective} ${blockedURI}`),
    );
  });
  const response = await page.request.get(fakeServer.url);
  const policy = response.headers()["content-security-policy"];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  await startConversation(page, fakeServer);
  sendTurn(fakeServer);
  fakeServer.sendTone(0.5);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("figure")).toBeVisible();
  expect(
    await page.evaluate(() => (window as unknown as { violations: string[] }).violations),
  ).toEqual([]);
  expect(foreign).toEqual([]);
});

for (const [width, height] of widths) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`at ${width} px, ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });

      test("[PAGE71] no element is clipped and none moves between states", async ({
        page,
        fakeServer,
      }) => {
        fakeServer.health = {
          ...fakeServer.health,
          agents: [{ name: "guide" }, { name: "night_clerk" }],
        };
        const screenshot = (name: string) =>
          page.screenshot({ path: test.info().outputPath(`${name}-${width}-${colorScheme}.png`) });
        await page.goto(fakeServer.url);
        await expect(page.getByText("Say something.")).toBeVisible();
        await expect(page.getByText("local emulator · gemini-3.8-live")).toBeVisible();
        await screenshot("idle");
        const layouts = [await layout(page)];
        await page.getByRole("button", { name: "Start talking" }).click();
        await expect(page.getByText("Listening")).toBeVisible();
        await screenshot("listening");
        layouts.push(await layout(page));
        sendTurn(fakeServer);
        fakeServer.sendTone(3);
        await expect(page.getByText("Speaking")).toBeVisible();
        await screenshot("speaking");
        layouts.push(await layout(page));
        fakeServer.sendEvent({ interrupted: true });
        fakeServer.sendEvent({
          errorMessage: "The quota of the model's service is used up. Try again later.",
        });
        fakeServer.sendEvent({ usageMetadata: { totalTokenCount: 123_456 } });
        await expect(page.getByRole("alert")).toBeVisible();
        await screenshot("error");
        layouts.push(await layout(page));
        expect(new Set(layouts.map((layout) => JSON.stringify(layout))).size).toBe(1);
        await page.getByRole("button", { name: "Camera" }).click();
        await expect(page.getByRole("figure")).toBeVisible();
        await screenshot("camera");
        for (const element of await page.locator("header, main, footer, button, input, li").all()) {
          if (!(await element.isVisible())) continue;
          const { x = -1, width: wide = 0 } = (await element.boundingBox()) ?? {};
          expect([x >= 0, x + wide <= width], await element.innerText()).toEqual([true, true]);
        }
      });
    });
  }
}

for (const [width, height] of widths) {
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height } });

    test("[PAGE72] every control has an accessible name, a focus ring and a touch target of 40 px", async ({
      page,
      fakeServer,
    }) => {
      await startConversation(page, fakeServer);
      for (const control of await page.locator("button, input, select").all()) {
        if (!(await control.isVisible())) continue;
        const name = await control.evaluate(
          (element) => element.getAttribute("aria-label") || (element.textContent ?? "").trim(),
        );
        expect(name).not.toBe("");
        const box = await control.boundingBox();
        expect(Math.min(box?.width ?? 0, box?.height ?? 0), name).toBeGreaterThanOrEqual(40);
      }
      await page.keyboard.press("Tab");
      const outline = await page.evaluate(() => {
        const focused = document.activeElement?.shadowRoot?.activeElement;
        return focused ? getComputedStyle(focused).outlineStyle : "nothing is focused";
      });
      expect(outline).toBe("solid");
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("[PAGE73] text has a contrast of 4.5 to 1", async ({ page, fakeServer }) => {
      await startConversation(page, fakeServer);
      sendTurn(fakeServer);
      fakeServer.sendEvent({ interrupted: true });
      fakeServer.sendEvent({ errorMessage: "Something is wrong." });
      await expect(page.getByRole("alert")).toBeVisible();
      const lowContrast = (await contrasts(page)).filter(({ ratio }) => ratio < 4.5);
      expect(lowContrast).toEqual([]);
    });
  });
}

test("[PAGE74] with reduced motion there are no animations", async ({ page, fakeServer }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await startConversation(page, fakeServer);
  fakeServer.sendTone(2);
  await expect(page.getByText("Speaking")).toBeVisible();
  const animations = await page.evaluate(() => document.getAnimations().length);
  expect(animations).toBe(0);
  const halo = page.locator("parley-orb .near");
  expect(await halo.evaluate((element) => getComputedStyle(element).transform)).toBe("none");
});

test("[PAGE75] screen readers announce a caption once it is finished", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  const announcement = page.locator("parley-transcript [aria-live=polite]");
  fakeServer.sendEvent({ partial: true, outputTranscription: { text: "It is", finished: false } });
  await expect(page.getByRole("listitem")).toHaveText(["Agent: It is"]);
  await expect(announcement).toHaveText("");
  fakeServer.sendEvent({ outputTranscription: { text: "It is ten.", finished: true } });
  await expect(announcement).toHaveText("Agent: It is ten.");
});

/** The boxes of the elements that must not move. */
const layout = async (page: Page) =>
  Promise.all(
    [".orb", ".controls", ".composer", "footer", ".conversation"].map((selector) =>
      page.locator(selector).boundingBox(),
    ),
  );

/** All visible texts with the contrast of their colour to the background (WCAG 2). */
const contrasts = (page: Page) =>
  page.evaluate(() => {
    const found: { text: string; ratio: number }[] = [];
    const visit = (root: ParentNode): void => {
      for (const element of root.querySelectorAll<HTMLElement>("*")) {
        if (element.shadowRoot) visit(element.shadowRoot);
        const text = [...element.childNodes]
          .filter((node) => node.nodeType === Node.TEXT_NODE)
          .map((node) => node.textContent?.trim())
          .join("");
        if (text && element.checkVisibility() && !element.closest(":disabled, style, script"))
          found.push({ text, ratio: ratio(element) });
      }
    };
    const ratio = (element: Element): number => {
      const foreground = parse(getComputedStyle(element).color);
      const [light = 1, dark = 0] = [foreground, backgroundOf(element)]
        .map(luminance)
        .sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    };
    const backgroundOf = (element: Element | null): number[] => {
      if (!element) return parse(getComputedStyle(document.documentElement).backgroundColor);
      const colour = parse(getComputedStyle(element).backgroundColor);
      if ((colour[3] ?? 1) > 0.99) return colour;
      return backgroundOf(element.assignedSlot ?? element.parentElement ?? hostOf(element));
    };
    const hostOf = (element: Element): Element | null => {
      const root = element.getRootNode();
      return root instanceof ShadowRoot ? root.host : null;
    };
    const parse = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: number[]): number => {
      const [r = 0, g = 0, b = 0] = colour
        .slice(0, 3)
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    visit(document);
    return found;
  });
