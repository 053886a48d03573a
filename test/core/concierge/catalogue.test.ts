import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { products } from "../../../src/agents/concierge/catalogue/products.ts";
import { colourNames } from "../../../src/agents/concierge/draw/colours.ts";
import { motifNames } from "../../../src/agents/concierge/draw/motifs.ts";
import { thingNames } from "../../../src/agents/concierge/draw/picture.ts";
import { writePictures } from "../../../scripts/agent-pictures.ts";
import { pictures } from "../../../src/agents/concierge/pictures.ts";

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

describe("[SHOP2] each product has a picture at a stable address, a static file that is named by its id", () => {
  it("every product has one of its own", () => {
    expect([...pictures().keys()]).toEqual(all.map(({ id }) => `${id}.svg`));
    expect(new Set(pictures().values()).size).toBe(all.length);
  });

  it("it has a text alternative", () => {
    expect(pictures().get("mug_dancing-people_pink.svg")).toContain(
      "<title>Pink mug with dancing people</title>",
    );
  });

  it("the build writes the pictures, keeps the files that are the same, and deletes those of no product", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pictures-"));
    writeFileSync(join(folder, "same.svg"), "<svg/>");
    writeFileSync(join(folder, "old.svg"), "<svg/>");
    const { mtimeMs } = statSync(join(folder, "same.svg"));
    await writePictures(
      new Map([
        ["same.svg", "<svg/>"],
        ["new.svg", "<svg>new</svg>"],
      ]),
      folder,
    );
    expect(readdirSync(folder).toSorted()).toEqual(["new.svg", "same.svg"]);
    expect(readFileSync(join(folder, "new.svg"), "utf8")).toBe("<svg>new</svg>");
    expect(statSync(join(folder, "same.svg")).mtimeMs).toBe(mtimeMs);
    rmSync(folder, { recursive: true });
  });
});
