/** Product tiles and the cart, at phone and desktop size, light and dark. */
import type { Page } from "@playwright/test";
import { tileOf } from "../../src/agents/concierge/shop/shopper-state.ts";
import { products } from "../../src/agents/concierge/catalogue/products.ts";
import type { FakeServer } from "./support/fake-server.ts";
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const allTiles = products().map((product) => tileOf(product));
const tilesNamed = (text: string) => allTiles.filter(({ name }) => name.includes(text)).slice(0, 3);

const actions = (stateDelta: object) => ({ actions: { stateDelta } }) as object;

async function showProducts(page: Page, server: FakeServer) {
  await startConversation(page, server);
  server.sendEvent({
    inputTranscription: { text: "Find me a mug with dancing people.", finished: true },
  });
  server.sendEvent(actions({ tiles: tilesNamed("Dancing People Mug") }));
  const text = "I found five: a pink one, a red one and a blue one.";
  server.sendEvent({ outputTranscription: { text, finished: true } });
  const tiles = page.getByRole("list", { name: "Things shown" });
  await expect(tiles.getByRole("listitem")).toHaveCount(3);
  return tiles;
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

      test("[PAGE76] products and cart stay beside the transcript until they change, and survive a reload", async ({
        page,
        fakeServer,
      }) => {
        const tiles = await showProducts(page, fakeServer);
        const [first] = tilesNamed("Dancing People Mug");
        await expect(tiles.getByRole("listitem").first()).toContainText(first?.name ?? "?");
        await expect(tiles.getByRole("listitem").first()).toContainText(/\$\d+\.50/);
        for (const image of await tiles.locator("img").all())
          await expect.poll(() => image.evaluate(loaded)).toBe(true);
        fakeServer.sendEvent(actions({ cart: { items: [], count: 2, total: 29 } }));
        await expect(page.getByText("2 things, $29.00")).toBeVisible();
        fakeServer.sendEvent({ turnComplete: true });
        await page.screenshot({
          path: test.info().outputPath(`products-${width}-${colorScheme}.png`),
        });
        const scrollsSideways = await page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        expect(scrollsSideways).toBe(false);
        await expect(page.getByPlaceholder("Type a message")).toBeInViewport({ ratio: 1 });

        fakeServer.sendEvent(actions({ tiles: tilesNamed("Foxes Mug") }));
        await expect(tiles).not.toContainText("Dancing");
        await page.reload();
        await expect(page.getByRole("list", { name: "Things shown" })).toContainText("Foxes Mug");
        await expect(page.getByText("2 things, $29.00")).toBeVisible();
      });
    });
