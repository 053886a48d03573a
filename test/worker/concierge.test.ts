import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { products } from "../../src/agents/concierge/catalogue/products.ts";
import { seededVersion, seedOf } from "../../src/agents/concierge/shop/seed.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { connectedConversation } from "./client.ts";

const seed = seedOf(products());

beforeAll(async () => {
  const { MIGRATIONS } = env as unknown as { MIGRATIONS: D1Migration[] };
  await applyD1Migrations(env.CATALOGUE, MIGRATIONS);
  await env.CATALOGUE.batch(seed.statements().map((sql) => env.CATALOGUE.prepare(sql)));
  // It fills a catalogue of thousands of rows.
}, 60_000);

const responsesIn = (received: readonly ClientMessage[]) =>
  received.flatMap((message) =>
    "toolResponse" in message ? message.toolResponse.functionResponses : [],
  );

describe("[SHOP9] tiles and cart reach every client as state changes, from an edge database", () => {
  it("after a search, a cheaper search and an addition to the cart", async () => {
    const { ann, model } = await connectedConversation("concierge");
    const call = (id: string, name: string, args: object) =>
      model.send({ toolCall: { functionCalls: [{ id, name, args: { ...args } }] } });
    await call("a", "find_items", { query: "mug with dancing people" });
    const tiles = await ann.next((event) => "tiles" in event.actions.stateDelta);
    expect(tiles.actions.stateDelta["tiles"]).toMatchObject([
      {
        name: "Pink Dancing People Mug",
        price: 14.5,
        image: "/products/mug_dancing-people_pink.svg",
      },
      {},
      {},
    ]);
    await call("b", "find_items", { query: "", refine: true, max_price: 14.5 });
    const cheaper = await ann.next((event) => "tiles" in event.actions.stateDelta);
    expect(cheaper.actions.stateDelta["tiles"]).toHaveLength(2);
    await call("c", "add_to_cart", { item: "the first" });
    const cart = await ann.next((event) => "cart" in event.actions.stateDelta);
    expect(cart.actions.stateDelta["cart"]).toMatchObject({ count: 1, total: 11.5 });
    await model.until(({ received }) => responsesIn(received).length === 3);
    expect(responsesIn(model.received)[0]?.response).toMatchObject({ count: 5 });
  });

  it("seeds the catalogue once and stores the seed's version", async () => {
    expect(await env.CATALOGUE.prepare(seededVersion).first("version")).toBe(seed.version);
  });
});
