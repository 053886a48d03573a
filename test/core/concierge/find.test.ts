import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { databaseOver, openShop } from "../../support/shop.ts";
import { shopping } from "./shopping.ts";

const env = { CATALOGUE: openShop() };

describe("[SHOP3] a search returns the number of matches and the best three, and shows these on the page", () => {
  it("a mug with dancing people", async () => {
    const { call, state } = shopping(env);
    const { count, items = [] } = await call("find_items", { query: "mug with dancing people" });
    expect(count).toBeGreaterThan(3);
    expect(items).toHaveLength(3);
    for (const { name } of items) expect(name).toContain("Dancing People Mug");
    expect(state.get("tiles")).toEqual(
      items.map(({ id, name, price }) => ({ id, name, price, image: `/products/${id}.svg` })),
    );
  });

  it.each([
    ["cups with dancers", /Dancing People (Mug|Teacup|Tall Mug|Espresso Cup)/],
    ["a ship on a cup", /Sailing Boats/],
    ["kitten shawl", /Cats Scarf/],
    ["fox mugs", /Foxes Mug/],
  ])("%s: synonyms and other endings match", async (query, wanted) => {
    const { items = [] } = await shopping(env).call("find_items", { query });
    expect(items.length).toBeGreaterThan(0);
    for (const { name } of items) expect(name).toMatch(wanted);
  });

  it("price, colour, category and age are limits", async () => {
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

  it("operators of the full-text language are plain text", async () => {
    const { call } = shopping(env);
    for (const query of ['mug" OR "lamp', "NEAR(mug)", "mug*", "'; DROP TABLE product; --"])
      await expect(call("find_items", { query })).resolves.toHaveProperty("items");
    await expect(call("find_items", { query: "mug" })).resolves.not.toMatchObject({ count: 0 });
  });

  it("partial matches are announced as such, and no match is reported", async () => {
    const { call, state } = shopping(env);
    const close = await call("find_items", { query: "mug with unicorns" });
    expect(close.message).toBe("There is nothing like that. These come closest.");
    const before = state.get("tiles");
    const none = await call("find_items", { query: "mug", max_price: 2 });
    expect(none).toEqual({ message: "There is nothing like that under $2.", count: 0, items: [] });
    expect(state.get("tiles")).toBe(before);
  });
});

describe("[SHOP4] a search refines the one before", () => {
  it("something cheaper refines the last search", async () => {
    const { call, state } = shopping(env);
    const { items: [first] = [] } = await call("find_items", { query: "mug with dancing people" });
    const cheaper = await call("find_items", { query: "", refine: true, max_price: first?.price });
    expect(cheaper.items?.length).toBeGreaterThan(0);
    for (const { name, price } of cheaper.items ?? []) {
      expect(name).toContain("Dancing People Mug");
      expect(price).toBeLessThan(first?.price ?? 0);
    }
    expect(state.get("search")).toMatchObject({
      query: "mug with dancing people",
      max_price: first?.price,
    });
    const blue = await call("find_items", { query: "", refine: true, colour: "blue" });
    expect(blue.items?.map(({ id }) => id)).toEqual(["mug_dancing-people_blue"]);
  });

  it("the receiver's age holds for later searches until another is given", async () => {
    const { call, state } = shopping(env);
    const first = await call("find_items", { query: "a birthday present for my ten-year-old" });
    expect(first["for_age"]).toBe(10);
    const later = await call("find_items", { query: "espresso cup" });
    expect(later.message).toContain("age of 10");
    await call("find_items", { query: "espresso cup", for_age: 40 });
    expect(state.get("shopping_for_age")).toBe(40);
  });

  it("a query without a kind shows products of different kinds", async () => {
    const { items = [] } = await shopping(env).call("find_items", {
      query: "a present",
      for_age: 5,
    });
    const kinds = items.map(({ id }) => id.split("_")[0]);
    expect(new Set(kinds).size).toBe(3);
  });

  it("show_items shows the next three, or the named products", async () => {
    const { call, state } = shopping(env);
    const first = await call("find_items", { query: "mug" });
    const next = await call("show_items");
    expect(next.items).toHaveLength(3);
    const ids = first.items?.map(({ id }) => id);
    for (const { id } of next.items ?? []) expect(ids).not.toContain(id);
    await call("show_items", { items: ["the second", "Blue Dancing People Mug"] });
    expect(state.get("tiles")).toMatchObject([
      { id: next.items?.[1]?.id },
      { id: "mug_dancing-people_blue" },
    ]);
  });
});

describe("[SHOP5] without its catalogue the shop answers with an error for the model", () => {
  it("no binding, and an empty database", async () => {
    await expect(shopping({}).call("find_items", { query: "mug" })).rejects.toThrow(
      "The shop's catalogue is not connected",
    );
    const bare = { CATALOGUE: databaseOver(new DatabaseSync(":memory:")) };
    await expect(shopping(bare).call("find_items", { query: "mug" })).rejects.toThrow(
      "npm run seed",
    );
  });
});
