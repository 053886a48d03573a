import { describe, expect, it } from "vitest";
import { lookOf, products } from "../../../src/agents/concierge/catalogue/products.ts";
import { colourNames } from "../../../src/agents/concierge/draw/colours.ts";
import { motifNames } from "../../../src/agents/concierge/draw/motifs.ts";
import { pictureOf, thingNames } from "../../../src/agents/concierge/draw/picture.ts";
import { pictureAt } from "../../../src/agents/concierge/picture.ts";

const all = products();

describe("[SHOP1] more than 300 different products, the same each time", () => {
  it("ids and names are unique and reproducible", () => {
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(products()).toEqual(all);
  });

  it("every thing, motif and colour occurs, and no price is a whole number", () => {
    expect(new Set(all.map(({ look }) => look.thing))).toEqual(new Set(thingNames));
    expect(new Set(all.map(({ look }) => look.motif))).toEqual(new Set(motifNames));
    expect(new Set(all.map(({ look }) => look.colour))).toEqual(new Set(colourNames));
    for (const { price, ages, stock } of all) {
      expect(price % 1).toBe(0.5);
      expect(ages[0]).toBeLessThan(ages[1]);
      expect(stock).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("[SHOP2] each product has a picture at a stable address, drawn from its id", () => {
  it("the id determines the look, and the look the picture", () => {
    for (const { id, look } of all) expect(lookOf(id)).toEqual(look);
    expect(new Set(all.map(({ look }) => pictureOf(look))).size).toBe(all.length);
  });

  it("the picture has a text alternative and is cacheable for a day", async () => {
    const answer = pictureAt("mug_dancing-people_red.svg");
    expect(answer?.headers.get("content-type")).toContain("image/svg+xml");
    expect(answer?.headers.get("cache-control")).toContain("max-age=86400");
    expect(await answer?.text()).toContain("<title>Red mug with dancing people</title>");
  });

  it("an unknown product has none", () => {
    for (const file of ["mug_dancing-people_red", "mug_unicorns_red.svg", "mug.svg", "a_b_c_d.svg"])
      expect(pictureAt(file)).toBeUndefined();
  });
});
