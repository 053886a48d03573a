/** The geometry of the page: the same assertions hold in every state and at every size, with the fonts of any machine. */
import type { Page } from "@playwright/test";
import { sendProducts } from "./support/page-actions.ts";
import { pageStates } from "./support/page-states.ts";
import { unusualStates } from "./support/unusual-states.ts";
import { expect, test } from "./support/test.ts";

const sizes = [
  [320, 568],
  [360, 740],
  // A phone whose keyboard is up: the page shrinks.
  [390, 450],
  [844, 390],
  [1440, 900],
  [2560, 1440],
] as const;

/** From this width on the voice controls stand beside the transcript, px. */
const wide = 896;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const regions = [
  "header",
  ".conversation",
  ".approvals",
  ".products",
  ".voice",
  ".camera",
  ".composer",
  "footer",
];

const boxesOf = (page: Page): Promise<Record<string, Box>> =>
  page.evaluate((selectors) => {
    const root = document.querySelector("parley-app")?.shadowRoot;
    const boxes: Record<string, Box> = {};
    for (const selector of selectors) {
      const element = root?.querySelector(selector);
      if (!element?.checkVisibility()) continue;
      const { left, right, top, bottom } = element.getBoundingClientRect();
      if (bottom > top) boxes[selector] = { left, right, top, bottom };
    }
    return boxes;
  }, regions);

/** Names of regions that cover each other. */
function overlaps(boxes: Readonly<Record<string, Box>>): string[] {
  const entries = Object.entries(boxes);
  return entries.flatMap(([name, a], index) =>
    entries.slice(index + 1).flatMap(([other, b]) => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      return across > 1 && down > 1 ? [`${name} and ${other}`] : [];
    }),
  );
}

const outside = (boxes: Readonly<Record<string, Box>>, width: number, height: number): string[] =>
  Object.entries(boxes).flatMap(([name, { left, right, top, bottom }]) =>
    left < -1 || right > width + 1 || top < -1 || bottom > height + 1 ? [name] : [],
  );

/** The titles, controls and messages that are cut off. */
const cutTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.querySelector("parley-app")?.shadowRoot;
    const cut = ".phase *, .notice p, .welcome *, .product span, .composer input:placeholder-shown";
    return [...(root?.querySelectorAll<HTMLElement>(cut) ?? [])]
      .filter((element) => element.checkVisibility())
      .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
      .map(({ textContent }) => textContent?.trim() ?? "");
  });

/** How far the lines of the transcript, and the parts of the header, reach out of it, px. */
const widthsTooLarge = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const root = document.querySelector("parley-app")?.shadowRoot;
    const scroller = root?.querySelector("parley-transcript")?.shadowRoot?.querySelector("ol");
    const header = root?.querySelector("header");
    return [scroller, header].map((part) => (part ? part.scrollWidth - part.clientWidth : 0));
  });

test.use({ expectedErrors: [/WebSocket/] });

for (const { name, show } of [...pageStates, ...unusualStates])
  test(`[PAGE120] in the state "${name}" nothing overlaps, leaves the page or is cut off at any size`, async ({
    page,
    fakeServer,
  }) => {
    await show(page, fakeServer);
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      const boxes = await boxesOf(page);
      const at = `${width} × ${height}`;
      expect(overlaps(boxes), at).toEqual([]);
      expect(outside(boxes, width, height), at).toEqual([]);
      expect(await cutTexts(page), at).toEqual([]);
      expect(await widthsTooLarge(page), at).toEqual([0, 0]);
      const { ".conversation": conversation, ".composer": composer, header } = boxes;
      if (!conversation || !composer || !header) throw new Error("a region is missing");
      expect(conversation.bottom - conversation.top, at).toBeGreaterThan(height < 600 ? 60 : 140);
      if (width < wide) continue;
      // The card is one: its parts have the same edges and no gap.
      const card = [".conversation", ".approvals", ".products", ".composer"].flatMap(
        (part) => boxes[part] ?? [],
      );
      for (const [index, part] of card.entries()) {
        expect([part.left, part.right], at).toEqual([conversation.left, conversation.right]);
        const below = card[index + 1];
        if (below) expect(below.top - part.bottom, at).toBeLessThan(1);
      }
      expect(conversation.right - conversation.left, at).toBeLessThan(1500);
    }
  });

test("[PAGE121] transcript, tiles and text box begin at one edge on a desktop", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await pageStates.find(({ name }) => name === "tools-tiles")?.show(page, fakeServer);
  const leftOf = async (selector: string) => (await page.locator(selector).boundingBox())?.x ?? 0;
  const edge = await leftOf("form.composer .attach");
  expect(await leftOf("li.agent >> nth=0")).toBe(edge);
  expect(await leftOf("li.product >> nth=0")).toBe(edge);
  const rightOf = (selector: string) =>
    page.locator(selector).evaluate((element) => element.getBoundingClientRect().right);
  expect(await rightOf("li.product >> nth=4")).toBeCloseTo(
    await rightOf("form.composer button"),
    0,
  );
});

test("[PAGE121] tiles and approval cards begin at the transcript's edge on a phone, also in landscape", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "approval")?.show(page, fakeServer);
  sendProducts(fakeServer);
  const leftOf = async (selector: string) => (await page.locator(selector).boundingBox())?.x ?? 0;
  const expectOneEdge = async (width: number, height: number): Promise<void> => {
    await page.setViewportSize({ width, height });
    const edge = await leftOf("li.agent >> nth=0");
    expect(await leftOf(".approvals section")).toBeCloseTo(edge, 0);
    expect(await leftOf("li.product >> nth=0")).toBeCloseTo(edge, 0);
  };
  await expectOneEdge(360, 740);
  await expectOneEdge(844, 390);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("figure")).toBeVisible();
  await expectOneEdge(844, 390);
});

test("[PAGE122] the camera's preview has the shape of the picture, on a phone and on a desktop", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "camera")?.show(page, fakeServer);
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    const shape = await page.locator(".camera video").evaluate((video: HTMLVideoElement) => ({
      picture: video.videoWidth / video.videoHeight,
      box: video.clientWidth / video.clientHeight,
      fit: getComputedStyle(video).objectFit,
    }));
    expect(shape.fit).toBe("contain");
    expect(shape.box).toBeCloseTo(shape.picture, 1);
  }
});
