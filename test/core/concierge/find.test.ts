import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { databaseOver, openShop } from "../../support/shop.ts";
import { shopping } from "./shopping.ts";

const env = { CATALOGUE: openShop() };

describe("[SHOP3] a search says how many there are, names the best three and puts them on the page", () => {
  it("a mug with dancing people", async () => {
    const { call, kept } = shopping(env);
    const { count, items = [] } = await call("find_items", { query: "mug with dancing people" });
    expect(count).toBeGreaterThan(3);
    expect(items).toHaveLength(3);
    for (const { name } of items) expect(name).toContain("Dancing People Mug");
    expect(kept.get("tiles")).toEqual(
      items.map(({ id, name, price }) => ({ id, name, price, image: `/products/${id}.svg` })),
    );
  });

  it.each([
    ["cups with dancers", /Dancing People (Mug|Teacup|Tall Mug|Espresso Cup)/],
    ["a ship on a cup", /Sailing Boats/],
    ["kitten shawl", /Cats Scarf/],
    ["fox mugs", /Foxes Mug/],
  ])("%s: other words and other endings mean the same", async (query, wanted) => {
    const { items = [] } = await shopping(env).call("find_items", { query });
    expect(items.length).toBeGreaterThan(0);
    for (const { name } of items) expect(name).toMatch(wanted);
  });

  it("price, colour, kind and age are limits", async () => {
    const { call } = shopping(env);
    const { items = [] } = await call("find_items", {
      query: "",
      category: "cups",
      colour: "dark blue",
      max_price: 15,
    });
    expect(items.length).toBeGreaterThan(0);
    for (const { price, colour } of items) {
      expect(colour).toBe("blue");
      expect(price).toBeLessThan(15);
    }
  });

  it("words of a search language are only words", async () => {
    const { call } = shopping(env);
    for (const query of ['mug" OR "lamp', "NEAR(mug)", "mug*", "'; DROP TABLE product; --"])
      await expect(call("find_items", { query })).resolves.toHaveProperty("items");
    await expect(call("find_items", { query: "mug" })).resolves.not.toMatchObject({ count: 0 });
  });

  it("what has not all of it is said to come close, and what has nothing of it to be missing", async () => {
    const { call, kept } = shopping(env);
    const close = await call("find_items", { query: "mug with unicorns" });
    expect(close.message).toBe("There is nothing like that. These come closest.");
    const before = kept.get("tiles");
    const none = await call("find_items", { query: "mug", max_price: 2 });
    expect(none).toEqual({ message: "There is nothing like that under $2.", count: 0, items: [] });
    expect(kept.get("tiles")).toBe(before);
  });
});

describe("[SHOP4] what was said before holds", () => {
  it("something cheaper goes on from the last search", async () => {
    const { call, kept } = shopping(env);
    const { items: [first] = [] } = await call("find_items", { query: "mug with dancing people" });
    const cheaper = await call("find_items", { query: "", refine: true, max_price: first?.price });
    expect(cheaper.items?.length).toBeGreaterThan(0);
    for (const { name, price } of cheaper.items ?? []) {
      expect(name).toContain("Dancing People Mug");
      expect(price).toBeLessThan(first?.price ?? 0);
    }
    expect(kept.get("search")).toMatchObject({
      query: "mug with dancing people",
      max_price: first?.price,
    });
    const blue = await call("find_items", { query: "", refine: true, colour: "blue" });
    expect(blue.items?.map(({ id }) => id)).toEqual(["mug_dancing-people_blue"]);
  });

  it("a present for my ten-year-old: the age is kept for the next search, until another is named", async () => {
    const { call, kept } = shopping(env);
    const first = await call("find_items", { query: "a birthday present for my ten-year-old" });
    expect(first["for_age"]).toBe(10);
    const later = await call("find_items", { query: "espresso cup" });
    expect(later.message).toContain("age of 10");
    await call("find_items", { query: "espresso cup", for_age: 40 });
    expect(kept.get("shopping_for_age")).toBe(40);
  });

  it("an open wish shows things of different kinds", async () => {
    const { items = [] } = await shopping(env).call("find_items", {
      query: "a present",
      for_age: 5,
    });
    const kinds = items.map(({ id }) => id.split("_")[0]);
    expect(new Set(kinds).size).toBe(3);
  });

  it("the next three, and those that are named", async () => {
    const { call, kept } = shopping(env);
    const first = await call("find_items", { query: "mug" });
    const next = await call("show_items");
    expect(next.items).toHaveLength(3);
    const ids = first.items?.map(({ id }) => id);
    for (const { id } of next.items ?? []) expect(ids).not.toContain(id);
    await call("show_items", { items: ["the second", "Blue Dancing People Mug"] });
    expect(kept.get("tiles")).toMatchObject([
      { id: next.items?.[1]?.id },
      { id: "mug_dancing-people_blue" },
    ]);
  });
});

describe("[SHOP5] without its catalogue the shop says so in a sentence", () => {
  it("when none is connected, and when it was never filled", async () => {
    await expect(shopping({}).call("find_items", { query: "mug" })).rejects.toThrow(
      "The shop's catalogue is not connected",
    );
    const bare = { CATALOGUE: databaseOver(new DatabaseSync(":memory:")) };
    await expect(shopping(bare).call("find_items", { query: "mug" })).rejects.toThrow(
      "npm run seed",
    );
  });
});
