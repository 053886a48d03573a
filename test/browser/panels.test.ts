/** The drawer with the machinery of the page, and its panels. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { startConversation } from "./support/conversation.ts";
import type { FakeServer } from "./support/fake-server.ts";
import { expect, test } from "./support/test.ts";

const openMenu = async (page: Page): Promise<Locator> => {
  await page.getByRole("button", { name: "Menu" }).click();
  const drawer = page.getByRole("dialog");
  await expect(drawer).toBeVisible();
  return drawer;
};

const openPanel = async (page: Page, name: string): Promise<Locator> => {
  const drawer = await openMenu(page);
  await drawer.getByRole("tab", { name }).click();
  return drawer;
};

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

test("[PAGE92] the inspector filters, pauses, copies and clears, by keyboard too", async ({
  page,
  context,
  fakeServer,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write", "microphone"]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Events");
  const rows = drawer.getByRole("option");
  fakeServer.sendEvent({ outputTranscription: { text: "Zanzibar", finished: true } });
  await drawer.getByRole("searchbox").fill("zanzibar");
  await expect(rows).toHaveCount(1);
  await drawer.getByRole("listbox").focus();
  await page.keyboard.press("End");
  await expect(rows.first()).toHaveAttribute("aria-selected", "true");
  await expect(drawer.locator("pre")).toContainText("Zanzibar");
  await drawer.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(drawer.getByText("Copied 1 frame.")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toMatchObject({
    direction: "in",
    frame: { type: "event", event: { outputTranscription: { text: "Zanzibar" } } },
  });
  await drawer.getByRole("button", { name: "Pause" }).click();
  fakeServer.sendEvent({ outputTranscription: { text: "Zanzibar two", finished: true } });
  await expect(page.getByText("Zanzibar two").first()).toBeVisible();
  await expect(rows).toHaveCount(1);
  await drawer.getByRole("button", { name: "Pause" }).click();
  await expect(rows).toHaveCount(2);
  await drawer.getByRole("button", { name: "Clear" }).click();
  await expect(rows).toHaveCount(0);
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
    /1\s+typed\s+first audio \d+ · first sound \d+/,
  );
  const sound = drawer.getByRole("row", { name: /First sound/ });
  await expect(sound.getByRole("cell").first()).toHaveText(/^\d+$/);
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
  await expect(page.getByRole("alert").first()).toContainText("Applied.");
  await expect(page.getByText("Listening")).toBeVisible();
  const [, last = ""] = fakeServer.requestedUrls;
  const { searchParams } = new URL(last, fakeServer.url);
  expect([searchParams.get("voice"), searchParams.get("language")]).toEqual(["Puck", "zh-TW"]);
  expect(fakeServer.resumePoints.at(-1)).toBe("1.1");
  await expect(page.getByText("It is ten.").first()).toBeVisible();
  await page.reload();
  await expect.poll(() => fakeServer.requestedUrls.at(-1)).toContain("voice=Puck");
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

/** Session routes of a server with these titles, newest first, in pages of two. */
function serveSessions(fakeServer: FakeServer, titles: Map<string, string>): string[] {
  const requests: string[] = [];
  fakeServer.answer = ({ method = "GET", url = "" }, path) => {
    const base = "/apps/guide/users/ann/sessions";
    if (!path.startsWith(base)) return undefined;
    requests.push(`${method} ${url}`);
    const id = path.slice(base.length + 1);
    if (method === "DELETE" && id === "kept")
      return { status: 403, body: { detail: "Only operators may delete a conversation." } };
    if (method === "DELETE") return { body: (titles.delete(id), null) };
    if (method === "PATCH") return { body: {} };
    if (id !== "")
      return {
        body: {
          events: [
            {
              author: "user",
              timestamp: 1_800_000_000,
              inputTranscription: { text: "Hi", finished: true },
            },
          ],
        },
      };
    const from = Number(new URL(url, fakeServer.url).searchParams.get("page_token") ?? 0);
    const all = [...titles].map(([id, title], at) => ({
      id,
      title,
      turns: 2,
      state: {},
      lastUpdateTime: 1_800_000_000 - at,
    }));
    const headers = {
      "x-total-count": `${all.length}`,
      ...(from + 2 < all.length && { "x-next-page-token": `${from + 2}` }),
    };
    return { headers, body: all.slice(from, from + 2) };
  };
  return requests;
}

test.describe("the list of conversations", () => {
  test.use({ viewport: { width: 1440, height: 900 } });

  test("[PAGE99] shows pages, and opens another conversation with its transcript", async ({
    page,
    fakeServer,
  }) => {
    serveSessions(
      fakeServer,
      new Map([
        ["one", "Find me a mug"],
        ["two", ""],
        ["three", "Paris"],
      ]),
    );
    await page.goto(`${fakeServer.url}/?user=ann&session=one`);
    const drawer = await openPanel(page, "History");
    const rows = drawer.getByRole("listitem");
    await expect(rows).toHaveText([/Find me a mug.*2\s+turns · open here/s, /Without words/]);
    await drawer.getByRole("button", { name: "Show more (1)" }).click();
    await expect(rows).toHaveCount(3);
    await drawer.getByRole("button", { name: /^Paris/ }).click();
    await expect.poll(() => fakeServer.requestedUrls.at(-1)).toContain("/ws/ann/three");
    await expect(page).toHaveURL(/session=three/);
    await expect(rows.filter({ hasText: "open here" })).toHaveText(/Paris|Find me/);
  });

  test("[PAGE100] renames, and deletes after a confirmation; a refusal is shown in the server's words", async ({
    page,
    fakeServer,
    expectedErrors,
  }) => {
    expectedErrors.push(/403/);
    const requests = serveSessions(
      fakeServer,
      new Map([
        ["one", "A"],
        ["kept", "B"],
      ]),
    );
    await page.goto(`${fakeServer.url}/?user=ann&session=one`);
    const drawer = await openPanel(page, "History");
    await drawer.getByLabel("More for B").click();
    await drawer.getByRole("button", { name: "Rename" }).click();
    await drawer.getByRole("textbox", { name: "Name" }).fill("Better");
    await page.keyboard.press("Enter");
    await expect(drawer.getByText("Better")).toBeVisible();
    expect(requests.at(-1)).toBe("PATCH /apps/guide/users/ann/sessions/kept");
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Cancel" }).click();
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Delete for good" }).click();
    await expect(drawer.getByText("Only operators may delete a conversation.")).toBeVisible();
    await drawer.getByLabel("More for Better").click();
    await drawer.getByLabel("More for A").click();
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Delete for good" }).click();
    await expect(page).not.toHaveURL(/session=one/);
  });

  test("[PAGE101] saves a conversation as a file", async ({ page, fakeServer }) => {
    serveSessions(fakeServer, new Map([["one", "Find me a mug"]]));
    await page.goto(`${fakeServer.url}/?user=ann&session=one`);
    const drawer = await openPanel(page, "History");
    await drawer.getByLabel("More for Find me a mug").click();
    const download = page.waitForEvent("download");
    await drawer.getByRole("button", { name: "Save as txt" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("Find-me-a-mug.txt");
    expect(readFileSync(await file.path(), "utf8")).toMatch(/user: Hi\n$/);
  });
});

test("[PAGE102] a link for a listener, as text and as a QR code, which has no token", async ({
  page,
  fakeServer,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${fakeServer.url}/?user=ann&session=one#token=eyJhbGciOiJI.secret.x`);
  const drawer = await openPanel(page, "Share");
  const link = `${fakeServer.url}/?user=ann&session=one&agent=guide`;
  await expect(drawer.getByRole("textbox", { name: "Link" })).toHaveValue(`${link}&role=listener`);
  await expect(drawer.getByRole("img", { name: "QR code of the link" })).toBeVisible();
  await expect(drawer.getByText(/The link has no token/)).toBeVisible();
  await expect(drawer.getByText("Operates")).toHaveCount(0);
  await drawer.getByText("Speaks too").click();
  await drawer.getByRole("button", { name: "Copy the link" }).click();
  await expect(drawer.getByText("Copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
});
