import { readFileSync } from "node:fs";
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import { draw, type Look } from "../../../src/agents/concierge/draw/picture.ts";
import { pixelsOf, type Pixels } from "../../../src/agents/concierge/draw/pixels.ts";
import { openShop } from "../../support/shop.ts";
import { shopping } from "./shopping.ts";

const env = { CATALOGUE: openShop() };

const jpegOf = ({ width, height, rgba }: Pixels): string =>
  jpeg.encode({ width, height, data: rgba }, 80).data.toString("base64");

/** @param id of a product, or of one that the shop does not have. */
function drawn(id: string): Pixels {
  const [thing, motif, colour] = id.split("_").map((part) => part.replaceAll("-", " "));
  return pixelsOf(draw({ thing, motif, colour } as Look), 300);
}

/** The picture farther away and to one side, before another wall, in another light. */
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

describe("[SHOP8] a picture is compared with the catalogue by colours and outline", () => {
  it.each([
    "mug_dancing-people_red",
    "kite_rainbows_pink",
    "umbrella_bees_purple",
    "table-lamp_foxes_blue",
  ])("%s unchanged: a product of its kind and colour is first", async (id) => {
    const [result] = await shopping(env, [jpegOf(drawn(id))]).stream("find_similar");
    const [thing, , colour] = id.split("_");
    expect(result?.items).toHaveLength(3);
    expect(result?.items?.[0]?.id.startsWith(`${thing}_`)).toBe(true);
    expect(result?.items?.[0]?.colour).toBe(colour);
  });

  it("a smaller, shifted picture before another wall is still a red mug", async () => {
    const photo = jpegOf(elsewhere(drawn("mug_dancing-people_red")));
    const [result] = await shopping(env, [photo]).stream("find_similar");
    expect(result?.items?.[0]?.id).toMatch(/^mug_.*_red$/);
  });

  it("a browser's rendering of a picture finds the same product", async () => {
    const photo = readFileSync(new URL("photo-of-a-mug.jpg", import.meta.url)).toString("base64");
    const { state, stream } = shopping(env, [photo]);
    const [result] = await stream("find_similar");
    expect(result?.message).toMatch(/^By colour \(blue.*and outline/);
    expect(result?.items?.[0]?.id).toMatch(/^mug_.*_blue$/);
    expect(state.get("tiles")).toHaveLength(3);
  });

  it("a missing, an unreadable and an empty picture have messages of their own", async () => {
    const even = jpegOf({ width: 40, height: 40, rgba: new Uint8Array(6400).fill(200) });
    const result = async (...pictures: string[]) =>
      (await shopping(env, pictures).stream("find_similar"))[0]?.message;
    expect(await result()).toContain("No picture came");
    expect(await result("bm90IGEganBlZw==")).toContain("cannot be read");
    expect(await result(even)).toContain("Nothing stands out");
  });
});
