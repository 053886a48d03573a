import { readFileSync } from "node:fs";
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import { lookOf } from "../../../src/agents/concierge/catalogue/products.ts";
import { draw } from "../../../src/agents/concierge/draw/picture.ts";
import { pixelsOf, type Pixels } from "../../../src/agents/concierge/draw/pixels.ts";
import { openShop } from "../../support/shop.ts";
import { shopping } from "./shopping.ts";

const env = { CATALOGUE: openShop() };

const jpegOf = ({ width, height, rgba }: Pixels): string =>
  jpeg.encode({ width, height, data: rgba }, 80).data.toString("base64");

const drawn = (id: string): Pixels => {
  const look = lookOf(id);
  if (!look) throw new Error(id);
  return pixelsOf(draw(look), 300);
};

/** Held farther away and to one side, before another wall, by another light. */
function elsewhere({ width, height, rgba }: Pixels): Pixels {
  const [w, h] = [width * 2, Math.round(height * 1.5)];
  const ground = [rgba[0] ?? 0, rgba[1] ?? 0, rgba[2] ?? 0];
  const wall = [196, 190, 176, 255];
  const out = new Uint8Array(w * h * 4);
  for (let i = 0; i < w * h; i++) {
    const [x, y] = [(i % w) - 180, Math.floor(i / w) - 90];
    const at = (y * width + x) * 4;
    const inside = x >= 0 && y >= 0 && x < width && y < height;
    const own = inside && ground.some((value, k) => rgba[at + k] !== value);
    for (let k = 0; k < 4; k++)
      out[i * 4 + k] = own && k < 3 ? Math.round((rgba[at + k] ?? 0) * 0.95) : (wall[k] ?? 255);
  }
  return { width: w, height: h, rgba: out };
}

describe("[SHOP8] a picture is compared by colours and outline with those of the catalogue", () => {
  it.each([
    "mug_dancing-people_red",
    "kite_rainbows_pink",
    "umbrella_bees_purple",
    "table-lamp_foxes_blue",
  ])("%s as it is: things of its kind or its colour come first", async (id) => {
    const [said] = await shopping(env, [jpegOf(drawn(id))]).stream("find_similar");
    const [thing, , colour] = id.split("_");
    expect(said?.items).toHaveLength(3);
    expect(said?.items?.[0]?.id.startsWith(`${thing}_`)).toBe(true);
    expect(said?.items?.[0]?.colour).toBe(colour);
  });

  it("smaller, aside, before another wall: still a red mug", async () => {
    const photo = jpegOf(elsewhere(drawn("mug_dancing-people_red")));
    const [said] = await shopping(env, [photo]).stream("find_similar");
    expect(said?.items?.[0]?.id).toMatch(/^mug_.*_red$/);
  });

  it("a browser's own rendering of a picture finds the same thing", async () => {
    const photo = readFileSync(new URL("photo-of-a-mug.jpg", import.meta.url)).toString("base64");
    const { kept, stream } = shopping(env, [photo]);
    const [said] = await stream("find_similar");
    expect(said?.message).toMatch(/^By colour \(blue.*and outline/);
    expect(said?.items?.[0]?.id).toMatch(/^mug_.*_blue$/);
    expect(kept.get("tiles")).toHaveLength(3);
  });

  it("no picture, no JPEG, nothing in it: each is said", async () => {
    const even = jpegOf({ width: 40, height: 40, rgba: new Uint8Array(6400).fill(200) });
    const said = async (...pictures: string[]) =>
      (await shopping(env, pictures).stream("find_similar"))[0]?.message;
    expect(await said()).toContain("No picture came");
    expect(await said("bm90IGEganBlZw==")).toContain("cannot be read");
    expect(await said(even)).toContain("Nothing stands out");
  });
});
