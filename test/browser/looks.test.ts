/** What screenshots showed: notices, text-only mode, forced colours, turned screens, pictures, and the panels' geometry. */
import type { Page } from "@playwright/test";
import { startConversation } from "./support/conversation.ts";
import { openPanel } from "./support/drawer.ts";
import { pageStates } from "./support/page-states.ts";
import { panelStates } from "./support/panel-states.ts";
import type { FakeServer } from "./support/fake-server.ts";
import { unusualStates } from "./support/unusual-states.ts";
import { expect, test } from "./support/test.ts";

const show = async (name: string, page: Page, server: FakeServer): Promise<void> =>
  [...pageStates, ...unusualStates].find((state) => state.name === name)?.show(page, server);

type Clip = Record<"x" | "y" | "width" | "height", number>;

const bottomOf = async (page: Page, selector: string): Promise<number> =>
  page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);

test("[PAGE157] a notice stands above the transcript, whose end stays in view", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await show("long", page, fakeServer);
  await page.getByRole("button", { name: "Latest" }).click();
  const before = await bottomOf(page, "parley-transcript");
  fakeServer.sendEvent({ errorCode: "X", errorMessage: "The quota is used up. Try again later." });
  await expect(page.getByRole("alert").getByText("quota")).toBeVisible();
  const top = await page
    .locator("parley-transcript")
    .evaluate((element) => element.getBoundingClientRect().top);
  expect(await bottomOf(page, ".notice")).toBeLessThanOrEqual(top);
  expect(await bottomOf(page, "parley-transcript")).toBe(before);
  await expect(page.getByRole("button", { name: "Latest" })).toBeHidden();
});

test("[PAGE158] in text only the page invites to write, and its round button only connects", async ({
  page,
  fakeServer,
}) => {
  await show("text-only-welcome", page, fakeServer);
  await expect(page.getByRole("heading", { name: "Write something." })).toBeVisible();
  await expect(page.locator(".phase")).toHaveText(/Connected\s*Type a message/);
  await expect(page.locator("button.orb")).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByText(/tap to talk/i)).toHaveCount(0);
});

test("[PAGE158] the microphone's button is off while an operator has muted the page", async ({
  page,
  fakeServer,
}) => {
  await show("silenced", page, fakeServer);
  const button = page.getByRole("button", { name: "Mute", exact: true });
  await expect(button).toBeDisabled();
  expect(await button.innerHTML()).toContain("M4 4l16 16");
});

test("[PAGE158] while an operator has muted the page, the text box says so", async ({
  page,
  fakeServer,
}) => {
  await show("silenced", page, fakeServer);
  await expect(page.getByPlaceholder("You are muted")).toBeDisabled();
});

test("[PAGE159] with forced colours, Approve stands out from Decline", async ({
  page,
  fakeServer,
}) => {
  await page.emulateMedia({ forcedColors: "active" });
  await show("approval", page, fakeServer);
  const colourOf = (name: string, property: "color" | "backgroundColor") =>
    page
      .getByRole("button", { name })
      .evaluate((button, property) => getComputedStyle(button)[property], property);
  const text = await colourOf("Decline", "color");
  expect(await colourOf("Approve", "backgroundColor")).toBe(text);
  expect(await colourOf("Approve", "color")).not.toBe(text);
});

for (const [width, height] of [
  [390, 450],
  [844, 390],
] as const)
  test(`[PAGE138] at ${width} × ${height} a card of two lines is seen whole, and the time beside the buttons of a long one`, async ({
    page,
    fakeServer,
  }) => {
    await page.setViewportSize({ width, height });
    await show("approval", page, fakeServer);
    const card = page.getByRole("group", { name: "Approval" });
    await expect(card).toBeInViewport({ ratio: 0.99 });
    fakeServer.sendEvent(
      {
        actions: {
          requestedToolConfirmations: { long: { hint: "transfer 80 euros ".repeat(30) } },
        } as never,
      },
      { expiresInMs: 120_000 },
    );
    await expect(card).toHaveCount(2);
    await card.last().getByRole("button", { name: "Approve" }).scrollIntoViewIfNeeded();
    await expect(card.last().getByRole("timer")).toBeInViewport({ ratio: 1 });
  });

test("[PAGE159] forced colours leave the pressed button, the chosen option and the round button's marks", async ({
  page,
  fakeServer,
}) => {
  await page.emulateMedia({ forcedColors: "active" });
  await show("thinking", page, fakeServer);
  const background = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  const canvas = await background("header");
  expect(await background("parley-orb .dots b")).not.toBe(await background("parley-orb .core"));
  const camera = ".round:nth-of-type(2)";
  const off = await background(camera);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("figure")).toBeVisible();
  expect(await background(camera)).not.toBe(off);
  await openPanel(page, "Share");
  expect(await background(".choice :checked + span")).not.toBe(canvas);
  const line = (selected: boolean) =>
    page
      .locator(`[role="tab"][aria-selected="${selected}"]`)
      .first()
      .evaluate((tab) => getComputedStyle(tab).borderBlockEndColor);
  expect(await line(true)).not.toBe(await line(false));
});

/** How much the darkest and the lightest point of a part of the page differ, 0 to 255: shadows differ by little, words by much. */
const contrastIn = async (page: Page, clip: Clip): Promise<number> => {
  const png = (await page.screenshot({ clip, animations: "disabled" })).toString("base64");
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? [];
    const greens = [...pixels].filter((_, at) => at % 4 === 1);
    return (
      greens.reduce((most, green) => Math.max(most, green), 0) -
      greens.reduce((least, green) => Math.min(least, green), 255)
    );
  }, png);
};

for (const [width, height] of [
  [320, 568],
  [390, 450],
  [1440, 900],
] as const)
  test(`[PAGE163] at ${width} × ${height} no words are seen beside or under the button to the latest lines`, async ({
    page,
    fakeServer,
  }) => {
    await page.setViewportSize({ width, height });
    await show("long", page, fakeServer);
    const scroller = page.getByLabel("Transcript");
    const button = await page.getByRole("button", { name: "Latest" }).boundingBox();
    const line = await page.locator("li.agent").first().boundingBox();
    if (!button || !line) throw new Error("There is no button, or no line.");
    // From the edge of the text to the shadow of the button.
    const clip = { x: line.x, y: button.y, width: button.x - line.x - 24, height: button.height };
    const above: number[] = [];
    for (const position of [100, 110, 120, 130, 140, 150]) {
      await scroller.evaluate((element, top) => (element.scrollTop = top), position);
      expect(await contrastIn(page, clip), `at ${position} px`).toBeLessThan(16);
      above.push(await contrastIn(page, { ...clip, y: button.y - 80, height: 60 }));
    }
    expect(Math.max(...above)).toBeGreaterThan(100);
  });

test("[PAGE161] a reader at the end stays there when the screen is turned", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await show("many-tools", page, fakeServer);
  for (const [width, height] of [
    [844, 390],
    [320, 568],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect(page.getByText("thirty pages").first()).toBeInViewport();
    await expect(page.getByRole("button", { name: "Latest" })).toBeHidden();
  }
});

test("[PAGE161] a picture is shown whole in a bubble of its width, and the answer after it stays in view", async ({
  page,
  fakeServer,
}) => {
  await show("pictures", page, fakeServer);
  await expect(page.getByText("A brown rectangle.").first()).toBeInViewport();
  const [picture, bubble] = await Promise.all([
    page.getByAltText("The picture that was sent").boundingBox(),
    page.locator("li.user").last().boundingBox(),
  ]);
  expect((bubble?.width ?? 0) - (picture?.width ?? 0)).toBeLessThan(40);
  expect(picture?.height).toBeLessThan((page.viewportSize()?.height ?? 0) * 0.51);
});

test("[PAGE161] the welcome begins at its headline on a small phone", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 320, height: 568 });
  await show("long-welcome", page, fakeServer);
  await expect(page.getByRole("heading", { name: "Say something." })).toBeInViewport({ ratio: 1 });
});

/** The texts and controls of the open panel, menu or dialog that reach out of it, or are cut without an ellipsis. */
const cutInPanel = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const all = (root: ParentNode): Element[] =>
      [...root.querySelectorAll("*")].flatMap((element) =>
        element.shadowRoot ? [element, ...all(element.shadowRoot)] : [element],
      );
    const elements = all(document).filter((element) => element.checkVisibility());
    const panel = elements.find((element) =>
      element.matches("dialog[open], .panel:not([hidden]), [role='listbox']#agents:not([hidden])"),
    );
    if (!panel) return ["There is no open panel."];
    const { left, right, top } = panel.getBoundingClientRect();
    const within = (element: Element): boolean => {
      const { host } = element.getRootNode() as Partial<ShadowRoot>;
      const parent = element.parentElement ?? host;
      return element === panel || (parent !== undefined && within(parent));
    };
    const inner = elements.filter((element) => element !== panel && within(element));
    const outside = inner.filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
    });
    const cut = inner.filter((element) => {
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isCut = element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
      const scrolls = overflowX === "auto" || element.localName === "input";
      return isCut && textOverflow !== "ellipsis" && !scrolls;
    });
    const isAway = left < -1 || right > innerWidth + 1 || top < -1 || panel.scrollTop > 0;
    return [...outside, ...cut, ...(isAway ? [panel] : [])].map(
      ({ localName, className, textContent }) =>
        `${localName}.${className}: ${textContent.trim().slice(0, 40)}`,
    );
  });

const sizes = [
  [320, 568],
  [360, 740],
  [844, 390],
  [1440, 900],
  [2560, 1440],
] as const;

for (const { name, show } of panelStates)
  test(`[PAGE160] nothing is cut off in the panel "${name}" at any size`, async ({
    page,
    fakeServer,
  }) => {
    await show(page, fakeServer);
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await expect.poll(() => cutInPanel(page), { message: `${width} × ${height}` }).toEqual([]);
    }
  });

test("[PAGE166] the selected frame and the count of frames stay in view beside the frame's text", async ({
  page,
  fakeServer,
}) => {
  await panelStates.find(({ name }) => name === "events")?.show(page, fakeServer);
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    const drawer = page.getByRole("dialog");
    await expect(drawer.getByRole("option", { selected: true })).toBeInViewport({ ratio: 0.8 });
    await expect(drawer.getByText(/\d+ of \d+ frames/)).toBeInViewport({ ratio: 1 });
    await expect(drawer.locator("pre")).toBeInViewport();
  }
});

test("[PAGE160] a choice in the settings leaves the drawer in place, and Chinese fits", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Settings");
  await drawer.getByText("Dark", { exact: true }).click();
  await drawer.getByText("繁體中文").click();
  for (const tab of ["紀錄", "設定", "分享", "延遲", "費用", "事件"]) {
    await drawer.getByRole("tab", { name: tab }).click();
    await expect(drawer.getByRole("heading", { level: 2 })).toBeInViewport();
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await expect.poll(() => cutInPanel(page), { message: `${tab}, ${width} px` }).toEqual([]);
    }
    await page.setViewportSize({ width: 360, height: 740 });
  }
});
