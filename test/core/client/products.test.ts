import { describe, expect, it } from "vitest";
import { toConnectionEvents } from "../../../src/client/connection/connection-events.ts";
import { noActions } from "../../../src/wire/adk.ts";
import { readProducts } from "../../../src/client/state/products.ts";

const mug = { id: "mug", name: "Red Mug", price: 14.5, image: "/products/mug.svg" };

describe("[PAGE77] what is no tile of this server is not shown", () => {
  it("nor a picture from elsewhere, nor a thing without name or price", () => {
    const tiles = [
      mug,
      { ...mug, image: "https://elsewhere.test/mug.svg" },
      { ...mug, image: "//elsewhere.test/mug.svg" },
      { ...mug, image: "/\\elsewhere.test/mug.svg" },
      { ...mug, price: "14" },
      { ...mug, name: undefined },
      null,
    ];
    expect(readProducts({ tiles })).toEqual({ tiles: [mug] });
  });

  it("other state is no one's business, and a cart without a sum is none", () => {
    expect(readProducts({ rolls: [1], tiles: "none", cart: { items: [] } })).toBeUndefined();
    expect(readProducts({ cart: { items: [mug], count: 1, total: 14.5 } })).toEqual({
      cart: { count: 1, total: 14.5 },
    });
  });

  it("an event says it", () => {
    const actions = { ...noActions, stateDelta: { tiles: [mug] } };
    expect(toConnectionEvents({ author: "shop", actions })).toEqual([
      { kind: "goods", goods: { tiles: [mug] } },
    ]);
  });
});
