/** Things beside the talk: tiles and cart, on a phone and on a desk, by day and by night. */
import type { Page } from "@playwright/test";
import { tileOf } from "../../src/agents/concierge/shop/listing.ts";
import { products } from "../../src/agents/concierge/catalogue/products.ts";
import type { FakeServer } from "./support/fake-server.ts";
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const all = products().map((product) => tileOf(product));
const named = (words: string) => all.filter(({ name }) => name.includes(words)).slice(0, 3);

const actions = (stateDelta: object) => ({ actions: { stateDelta } }) as object;

async function shopping(page: Page, door: FakeServer) {
  await startConversation(page, door);
  door.sendEvent({
    inputTranscription: { text: "Find me a mug with dancing people.", finished: true },
  });
  door.sendEvent(actions({ tiles: named("Dancing People Mug") }));
  const text = "I found five: a pink one, a red one and a blue one.";
  door.sendEvent({ outputTranscription: { text, finished: true } });
  const things = page.getByRole("list", { name: "Things shown" });
  await expect(things.getByRole("listitem")).toHaveCount(3);
  return things;
}

const loaded = (image: Element): boolean =>
  image instanceof HTMLImageElement && image.complete && image.naturalWidth > 0;

for (const [width, height] of [
  [390, 844],
  [1280, 800],
] as const)
  for (const colorScheme of ["light", "dark"] as const)
    test.describe(`at ${width} px, ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });

      test("[PAGE76] things stand beside the talk until others are shown; so does the cart; a reload keeps both", async ({
        page,
        fakeServer,
      }) => {
        const things = await shopping(page, fakeServer);
        const [first] = named("Dancing People Mug");
        await expect(things.getByRole("listitem").first()).toContainText(first?.name ?? "?");
        await expect(things.getByRole("listitem").first()).toContainText(/\$\d+\.50/);
        for (const image of await things.locator("img").all())
          await expect.poll(() => image.evaluate(loaded)).toBe(true);
        fakeServer.sendEvent(actions({ cart: { items: [], count: 2, total: 29 } }));
        await expect(page.getByText("2 things, $29.00")).toBeVisible();
        fakeServer.sendEvent({ turnComplete: true });
        await page.screenshot({
          path: test.info().outputPath(`shelf-${width}-${colorScheme}.png`),
        });
        const sideways = await page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        expect(sideways).toBe(false);
        await expect(page.getByPlaceholder("Type a message")).toBeInViewport({ ratio: 1 });

        fakeServer.sendEvent(actions({ tiles: named("Foxes Mug") }));
        await expect(things).not.toContainText("Dancing");
        await page.reload();
        await expect(page.getByRole("list", { name: "Things shown" })).toContainText("Foxes Mug");
        await expect(page.getByText("2 things, $29.00")).toBeVisible();
      });
    });
