import { describe, expect, it } from "vitest";
import { toConnectionEvents } from "../../../packages/client/src/connection/connection-events.ts";
import { noActions } from "../../../src/wire/adk.ts";
import { readProducts } from "../../../packages/client/src/state/products.ts";

const mug = { id: "mug", name: "Red Mug", price: 14.5, image: "/products/mug.svg" };

describe("[PAGE77] only valid products of this server are shown", () => {
  it("drops products with an image from elsewhere, or without a name or a price", () => {
    const tiles = [
      mug,
      { ...mug, image: "https://elsewhere.test/mug.svg" },
      { ...mug, image: "//elsewhere.test/mug.svg" },
      { ...mug, image: "/\\elsewhere.test/mug.svg" },
      { ...mug, image: "/\t/elsewhere.test/mug.svg" },
      { ...mug, image: "/\n\\elsewhere.test/mug.svg" },
      { ...mug, image: "\t//elsewhere.test/mug.svg" },
      { ...mug, image: "//page.invalid@elsewhere.test/mug.svg" },
      { ...mug, image: "javascript:alert(1)" },
      { ...mug, price: "14" },
      { ...mug, name: undefined },
      null,
    ];
    expect(readProducts({ tiles })).toEqual({ tiles: [mug] });
  });

  it("ignores other state, and a cart without count and total", () => {
    expect(readProducts({ rolls: [1], tiles: "none", cart: { items: [] } })).toBeUndefined();
    expect(readProducts({ cart: { items: [mug], count: 1, total: 14.5 } })).toEqual({
      cart: { count: 1, total: 14.5 },
    });
  });

  it("reads products from the state delta of an event", () => {
    const actions = { ...noActions, stateDelta: { tiles: [mug] } };
    expect(toConnectionEvents({ author: "shop", actions })).toEqual([
      { kind: "products", products: { tiles: [mug] } },
    ]);
  });
});
