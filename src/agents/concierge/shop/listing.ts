/** What a shopper has before them: the last search, the tiles on the page, the cart. Kept in the session state. */
import { z } from "zod";
import type { State } from "../../../agent/tool.ts";
import type { Item } from "./search.ts";

/** What clients show of a thing. */
export interface Tile {
  readonly id: string;
  readonly name: string;
  /** Dollars. */
  readonly price: number;
  /** An address on this server. */
  readonly image: string;
}

const tileShape = z.object({
  id: z.string(),
  name: z.string(),
  price: z.number(),
  image: z.string(),
});

const searchShape = z.object({
  query: z.string().optional(),
  category: z.string().optional(),
  colour: z.string().optional(),
  max_price: z.number().optional(),
  for_age: z.number().optional(),
  count: z.number(),
  /** How many of them have been shown. */
  shown: z.number(),
});

/** What was asked for last, and how much there was of it. */
export type LastSearch = z.output<typeof searchShape>;

const cartLineShape = tileShape.extend({ quantity: z.int().positive() });

export type CartLine = z.output<typeof cartLineShape>;

const cartShape = z.object({ items: z.array(cartLineShape), count: z.number(), total: z.number() });

export type Cart = z.output<typeof cartShape>;

export const emptyCart: Cart = { items: [], count: 0, total: 0 };

export const keys = { search: "search", tiles: "tiles", cart: "cart", age: "shopping_for_age" };

/** Clients may write state too: what is not as it should be counts as not there. */
export const lastSearch = (state: State): LastSearch | undefined =>
  searchShape.safeParse(state.get(keys.search)).data;

export const tiles = (state: State): readonly Tile[] =>
  z.array(tileShape).safeParse(state.get(keys.tiles)).data ?? [];

export const cart = (state: State): Cart =>
  cartShape.safeParse(state.get(keys.cart)).data ?? emptyCart;

/** How old the one is that somebody shops for; once said, it holds. */
export const knownAge = (state: State): number | undefined =>
  z.int().safeParse(state.get(keys.age)).data;

/** Puts things before the shopper. */
export const showTiles = (state: State, items: readonly Item[]): void =>
  state.set(keys.tiles, items.map(tileOf));

export const tileOf = ({ id, name, price }: Pick<Item, "id" | "name" | "price">): Tile => ({
  id,
  name,
  price,
  image: `/products/${id}.svg`,
});

/** What the model is told of a thing. */
export const itemForModel = ({ id, name, price, colour, stock }: Item) => ({
  id,
  name,
  price,
  currency: "USD",
  colour,
  stock,
});

/** Sums a cart up. Prices are added in cents. */
export const cartOf = (items: readonly CartLine[]): Cart => ({
  items: [...items],
  count: items.reduce((sum, { quantity }) => sum + quantity, 0),
  total:
    items.reduce((sum, { price, quantity }) => sum + Math.round(price * 100) * quantity, 0) / 100,
});
