import { beforeEach, describe, expect, it } from "vitest";
import { openShop } from "../../support/shop.ts";
import { shopping } from "./shopping.ts";

const env = { CATALOGUE: openShop() };
let shop = shopping(env);

beforeEach(() => {
  shop = shopping(env);
});

describe("[SHOP6] the cart takes products by position, name and quantity, and no more than the stock", () => {
  it("two of the second product, one by name, and the total", async () => {
    const { items = [] } = await shop.call("find_items", { query: "mug with dancing people" });
    await shop.call("add_to_cart", { item: "the second one", quantity: 2 });
    await shop.call("add_to_cart", { item: "yellow dancing people mug" });
    const { message } = await shop.call("view_cart");
    const total = 2 * (items[1]?.price ?? 0) + 13.5;
    expect(message).toBe(`The cart now holds 3 things for $${total.toFixed(2)}.`);
    expect(shop.state.get("cart")).toMatchObject({
      items: [
        { id: items[1]?.id, quantity: 2 },
        { id: "mug_dancing-people_yellow", quantity: 1 },
      ],
      count: 3,
      total,
    });
  });

  it("a removal leaves the rest", async () => {
    await shop.call("add_to_cart", { item: "blue dancing people mug", quantity: 2 });
    await shop.call("add_to_cart", { item: "yellow dancing people mug" });
    await shop.call("remove_from_cart", { item: "the blue mug", quantity: 1 });
    await shop.call("remove_from_cart", { item: "mug_dancing-people_yellow" });
    expect(shop.state.get("cart")).toMatchObject({
      items: [{ id: "mug_dancing-people_blue", quantity: 1 }],
      count: 1,
    });
    expect(await shop.call("remove_from_cart", { item: "the lamp" })).toMatchObject({
      message: 'There is no "the lamp" in the cart.',
    });
  });

  it("a quantity above the stock is rejected with the stock", async () => {
    const { message } = await shop.call("add_to_cart", {
      item: "mug_dancing-people_red",
      quantity: 50,
    });
    expect(message).toBe("There are only 8 of the Red Dancing People Mug.");
    expect(shop.state.get("cart")).toBeUndefined();
  });

  it("an unknown product leads to a question", async () => {
    expect((await shop.call("add_to_cart", { item: "a unicorn" })).message).toContain(
      "Ask which one",
    );
    expect((await shop.call("view_cart")).message).toBe("The cart is empty.");
  });

  it("an invalid cart counts as empty", async () => {
    shop.state.set("cart", { items: "none" });
    expect((await shop.call("view_cart")).message).toBe("The cart is empty.");
  });
});

describe("[SHOP7] deep research reports its progress, and ends with a shortlist of different products with reasons", () => {
  it("a present for a friend who likes cats", async () => {
    const yielded = await shop.stream("deep_research", {
      topic: "something for a friend who likes cats and tea",
      max_price: 40,
    });
    expect(yielded[0]?.["progress"]).toMatch(/^\d+ searches made, and \d+ things/);
    const last = yielded.at(-1);
    const list = last?.["shortlist"] as {
      id: string;
      name: string;
      price: number;
      reason: string;
    }[];
    expect(list).toHaveLength(3);
    expect(new Set(list.map(({ id }) => id.split("_")[0])).size).toBe(3);
    expect(list[0]?.name).toMatch(/Cats/);
    for (const { name, price, reason } of list) {
      expect(price).toBeLessThan(40);
      expect(last?.message).toContain(`the ${name} for $${price.toFixed(2)} ${reason}`);
    }
    expect(shop.state.get("tiles")).toMatchObject(list.map(({ id }) => ({ id })));
  });
});
