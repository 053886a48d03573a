/** The drawer with the machinery of the page, and its panels. */
import { startConversation } from "./support/conversation.ts";
import { openMenu, openPanel } from "./support/drawer.ts";
import { expect, test } from "./support/test.ts";

test("[PAGE87] the drawer's files are loaded when a user opens it, and not before", async ({
  page,
  fakeServer,
}) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await startConversation(page, fakeServer);
  expect(loaded.filter((path) => path.includes("drawer"))).toEqual([]);
  await openMenu(page);
  expect(loaded).toContain("/assets/drawer.js");
});

test("[PAGE87] a drawer that cannot be loaded is reported, and the conversation goes on", async ({
  page,
  fakeServer,
  expectedErrors,
}) => {
  expectedErrors.push(/Failed to load resource/);
  await page.route("**/assets/drawer.js", (route) => route.abort());
  await startConversation(page, fakeServer);
  await page.getByRole("button", { name: "Menu" }).click();
  await expect(page.getByRole("alert")).toContainText("The menu could not be loaded.");
  await expect(page.getByText("Listening")).toBeVisible();
});

for (const [width, height] of [
  [360, 740],
  [1440, 900],
] as const) {
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height } });

    test("[PAGE88] the keyboard opens the drawer, moves between its tabs and closes it, and the focus returns", async ({
      page,
      fakeServer,
    }) => {
      await page.goto(fakeServer.url);
      const menu = page.getByRole("button", { name: "Menu" });
      await menu.focus();
      await page.keyboard.press("Enter");
      const tabs = page.getByRole("tab");
      const selected = page.getByRole("tab", { selected: true });
      await expect(selected).toBeFocused();
      await page.keyboard.press("Home");
      await expect(tabs.first()).toBeFocused();
      await page.keyboard.press("ArrowLeft");
      await expect(tabs.last()).toBeFocused();
      await expect(selected).toHaveText((await tabs.last().innerText()).trim());
      await page.keyboard.press("ArrowRight");
      await expect(tabs.first()).toBeFocused();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();
      await expect(menu).toBeFocused();
    });
  });
}

test("[PAGE89] Escape in the drawer closes it and does not stop the answer; elsewhere it stops the answer", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  fakeServer.sendTone(20);
  await expect(page.getByText("Speaking")).toBeVisible();
  const drawer = await openMenu(page);
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  const interruptions = () =>
    fakeServer.frames.filter((frame) => "type" in frame && frame["type"] === "interrupt").length;
  expect(interruptions()).toBe(0);
  await expect(page.getByText("Speaking")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect.poll(interruptions).toBe(1);
});

test("[PAGE90] a reload opens the drawer again at its tab beside the conversation, and not over it", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(fakeServer.url);
  await openPanel(page, "Events");
  await page.reload();
  await expect(page.getByRole("tab", { name: "Events", selected: true })).toBeVisible();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();
  const drawer = await openMenu(page);
  await expect(drawer.getByRole("tab", { name: "Events", selected: true })).toBeVisible();
});

test("[PAGE91] the inspector lists each frame with its direction, kind and size, and media as sizes alone", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  fakeServer.sendTone(0.2);
  fakeServer.sendEvent({ outputTranscription: { text: "It is ten.", finished: true } });
  await page.getByRole("button", { name: "Camera" }).click();
  await expect
    .poll(() => fakeServer.frames.some((frame) => "type" in frame && frame["type"] === "image"))
    .toBe(true);
  const drawer = await openPanel(page, "Events");
  const rows = drawer.getByRole("option");
  await expect(rows.filter({ hasText: "event outputTranscription" })).toContainText(/\d B/);
  await expect(rows.filter({ hasText: "audio" })).toHaveCount(0);
  await drawer.getByRole("checkbox", { name: /Audio/ }).check();
  await drawer.getByRole("searchbox").fill("audio");
  await expect(rows.filter({ hasText: "audio" }).first()).toContainText("kB");
  await drawer.getByRole("searchbox").fill("image");
  await rows.first().click();
  await expect(drawer.locator("pre")).toContainText(/"data": "\[[\d,]+ bytes\]"/);
});

const prices = {
  model: "gemini-3.8-live",
  asOf: "2026-09-18",
  source: "the list",
  textIn: 1e-6,
  audioIn: 3e-6,
  imageIn: 1e-6,
  textOut: 5e-6,
  audioOut: 12e-6,
};

test("[PAGE94] the latency panel has a row for each turn, with its stages, and p50 and p95", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  await page.getByRole("textbox", { name: "Message" }).fill("What time is it?");
  await page.keyboard.press("Enter");
  await expect.poll(() => fakeServer.texts).toEqual(["What time is it?"]);
  fakeServer.sendTone(0.5);
  await expect
    .poll(() => fakeServer.controlFrames.some(({ type }) => type === "played"))
    .toBe(true);
  fakeServer.sendEvent({ turnComplete: true });
  const drawer = await openPanel(page, "Latency");
  await expect(drawer.getByRole("listitem").filter({ hasText: "typed" })).toHaveText(
    /1\s+typed\s+first\saudio\s\d+ · first\ssound\s\d+/,
  );
  // The bars of the waterfall.
  expect(await drawer.locator(".turns rect").count()).toBeGreaterThanOrEqual(2);
  for (const part of [/^Wire → ear/, /^Jitter target/, /^Last word → ear/])
    await expect(drawer.getByRole("row", { name: part }).getByRole("cell").first()).toHaveText(
      /^\d+$/,
    );
  const microphone = drawer.getByRole("row", { name: /^Microphone → wire/ });
  await expect(microphone.getByRole("cell").first()).toHaveText("–");
});

test("[PAGE95] [PAGE96] the cost panel shows tokens, money and time, and a warning about a budget", async ({
  page,
  fakeServer,
}) => {
  fakeServer.health = {
    ...fakeServer.health,
    agents: [{ name: "guide", model: "gemini-3.8-live" }],
    prices: [prices],
  };
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({
    author: "guide",
    usageMetadata: {
      promptTokenCount: 1_000,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 1_000 }],
      candidatesTokenCount: 500,
      candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: 500 }],
    },
  });
  fakeServer.sendUnlogged({ type: "budget", scope: "day", of: "usd", used: 0.83 });
  const drawer = await openPanel(page, "Cost");
  await expect(drawer.getByRole("definition")).toHaveText(["$0.0090", "1,500", /^0:\d\d$/]);
  await expect(drawer.getByRole("status").first()).toHaveText(
    /83 % of today’s budget is used \(money\)/,
  );
  await page.reload();
  await expect(drawer.getByRole("definition").nth(1)).toHaveText("1,500");
});

test("[PAGE95] without a price the cost panel says so", async ({ page, fakeServer }) => {
  await page.goto(fakeServer.url);
  const drawer = await openPanel(page, "Cost");
  await expect(drawer.getByRole("definition").first()).toHaveText("unknown");
  await expect(drawer.getByText(/knows no price for gemini-3.8-live/)).toBeVisible();
});

test("[PAGE95] before the first turn the cost panel has no table and says so", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Cost");
  await expect(drawer.getByText("No turn yet.")).toBeVisible();
  await expect(drawer.getByRole("table")).toHaveCount(0);
  fakeServer.sendEvent({ usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 } });
  await expect(drawer.getByRole("table")).toHaveCount(2);
  await expect(drawer.getByText("No turn yet.")).toBeHidden();
});

test("[PAGE97] theme and caption size change at once and outlive a reload", async ({
  page,
  fakeServer,
}) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(fakeServer.url);
  const look = () =>
    page.evaluate(() => {
      const { backgroundColor, colorScheme } = getComputedStyle(document.documentElement);
      return { backgroundColor, colorScheme };
    });
  const dark = await look();
  const drawer = await openPanel(page, "Settings");
  await drawer.getByText("Light", { exact: true }).click();
  expect(await look()).toEqual({ backgroundColor: "rgb(245, 246, 244)", colorScheme: "light" });
  await page.emulateMedia({ colorScheme: "light" });
  await drawer.getByText("Dark", { exact: true }).click();
  expect({ ...(await look()), colorScheme: dark.colorScheme }).toEqual(dark);
  await drawer.getByText("Largest").click();
  await page.getByRole("textbox", { name: "Message" }).fill("Hello");
  await page.keyboard.press("Enter");
  const size = () =>
    page
      .getByRole("listitem")
      .and(page.locator("[data-state]"))
      .first()
      .evaluate((element) => getComputedStyle(element).fontSize);
  await expect.poll(size).toBe("28.8px");
  await page.reload();
  await expect.poll(size).toBe("28.8px");
  expect((await look()).backgroundColor).toBe(dark.backgroundColor);
});

test("[PAGE97] both dark themes of the style sheet are the same", async ({ page, fakeServer }) => {
  await page.goto(fakeServer.url);
  const [bySystem, byChoice] = await page.evaluate(() => {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
    const variables = (rule: CSSStyleRule) =>
      [...rule.style]
        .filter((name) => name.startsWith("--"))
        .map((name) => `${name}: ${rule.style.getPropertyValue(name)}`);
    const media = rules.find(
      (rule) => rule instanceof CSSMediaRule && rule.conditionText.includes("dark"),
    );
    const chosen = rules.find(
      (rule) => rule instanceof CSSStyleRule && rule.selectorText === ':root[data-theme="dark"]',
    );
    return [
      variables((media as CSSMediaRule).cssRules[0] as CSSStyleRule),
      variables(chosen as CSSStyleRule),
    ];
  });
  expect(bySystem?.length).toBeGreaterThan(10);
  expect(byChoice).toEqual(bySystem);
});

test("[PAGE98] voice and language are applied by a new connection to the same conversation, with a notice", async ({
  page,
  fakeServer,
}) => {
  fakeServer.health = {
    ...fakeServer.health,
    agents: [{ name: "guide", voice: "Kore", clientSettings: ["voice", "language"] }],
  };
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({ outputTranscription: { text: "It is ten.", finished: true } });
  const drawer = await openPanel(page, "Settings");
  await expect(drawer.getByRole("textbox")).toHaveCount(0);
  await drawer.getByRole("combobox", { name: "Voice" }).selectOption("Puck");
  await drawer.getByRole("combobox", { name: "Language" }).selectOption("zh-TW");
  await drawer.getByRole("button", { name: "Apply" }).click();
  const alert = page.getByRole("alert").first();
  await expect(alert).toContainText("Applied.");
  await expect(page.getByText("Listening")).toBeVisible();
  const [, last = ""] = fakeServer.requestedUrls;
  const { searchParams } = new URL(last, fakeServer.url);
  expect([searchParams.get("voice"), searchParams.get("language")]).toEqual(["Puck", "zh-TW"]);
  expect(fakeServer.resumePoints.at(-1)).toBe("1.1");
  await expect(page.getByText("It is ten.").first()).toBeVisible();
  await page.reload();
  await expect.poll(() => fakeServer.requestedUrls.at(-1)).toContain("voice=Puck");
});

test("[PAGE153] the notice of applied settings comes into a live region and goes by itself; one that waits goes when the others have left", async ({
  page,
  fakeServer,
}) => {
  await page.clock.install();
  const agents = [{ name: "guide", clientSettings: ["voice"] }];
  fakeServer.health = { ...fakeServer.health, agents };
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Settings");
  const region = page.getByRole("alert").first();
  await expect(region).toBeAttached();
  await expect(region).toHaveText("");
  await drawer.getByRole("button", { name: "Apply" }).click();
  await expect(region).toContainText("Applied.");
  await page.clock.fastForward(9_000);
  await expect(region).toContainText("Applied.");
  await page.clock.fastForward(1_000);
  await expect(region).toHaveText("");
  const [self, other] = [
    { id: "p1", role: "speaker" },
    { id: "p2", role: "speaker" },
  ] as const;
  fakeServer.participants = [self, other];
  fakeServer.sendUnlogged({ type: "presence", change: "joined", participant: other });
  await expect(page.getByText("2 here")).toBeVisible();
  await drawer.getByRole("button", { name: "Apply" }).click();
  await expect(region).toContainText("once they have left");
  await expect(page.getByText("2 here")).toBeVisible();
  fakeServer.sendUnlogged({ type: "presence", change: "left", participant: other });
  await expect(region).toHaveText("");
});

test("[PAGE98] with others in the conversation the notice says when the settings hold; an author who withdrew one is obeyed", async ({
  page,
  fakeServer,
  expectedErrors,
}) => {
  expectedErrors.push(/closed before the connection is established/);
  const agents = [{ name: "guide", clientSettings: ["voice", "instruction"] }];
  fakeServer.health = { ...fakeServer.health, agents };
  fakeServer.participants = [
    { id: "p1", role: "speaker" },
    { id: "p2", role: "speaker" },
  ];
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Settings");
  await expect(drawer.getByRole("textbox", { name: /Instruction/ })).toBeDisabled();
  await drawer.getByRole("combobox", { name: "Voice" }).selectOption("Puck");
  await drawer.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("alert").first()).toContainText("once they have left");
  fakeServer.health = { ...fakeServer.health, agents: [{ name: "guide" }] };
  await page.reload();
  await expect.poll(() => fakeServer.requestedUrls.at(-1)).not.toContain("voice");
});

test("[PAGE98] an operator's instruction is applied", async ({ page, fakeServer }) => {
  const agents = [{ name: "guide", clientSettings: ["instruction"] }];
  fakeServer.health = { ...fakeServer.health, agents };
  fakeServer.participants = [{ id: "p1", role: "operator" }];
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, { url: `${fakeServer.url}/?role=operator` });
  const drawer = await openPanel(page, "Settings");
  await drawer.getByRole("textbox", { name: /Instruction/ }).fill("Speak like a sailor.");
  await drawer.getByRole("button", { name: "Apply" }).click();
  await expect
    .poll(() => {
      const { searchParams } = new URL(fakeServer.requestedUrls.at(-1) ?? "", fakeServer.url);
      return searchParams.get("instruction");
    })
    .toBe("Speak like a sailor.");
});
