/** A shopper's part of the session state: the last search, the tiles on the page, the cart. */
import * as z from "zod";
import type { State } from "../../../agent/tool.ts";
import type { Item } from "./search.ts";
import { lazy } from "../../../wire/lazy.ts";

const tileSchema = lazy(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    /** In dollars. */
    price: z.number(),
    /** A path on this server. */
    image: z.string(),
  }),
);

/** A product, as clients show it. */
type Tile = Readonly<z.output<ReturnType<typeof tileSchema>>>;

const searchSchema = lazy(() =>
  z.object({
    query: z.string().optional(),
    category: z.string().optional(),
    colour: z.string().optional(),
    max_price: z.number().optional(),
    for_age: z.number().optional(),
    count: z.number(),
    /** The number of matches shown so far. */
    shown: z.number(),
  }),
);

export type LastSearch = z.output<ReturnType<typeof searchSchema>>;

const cartLineSchema = lazy(() => tileSchema().extend({ quantity: z.int().positive() }));

export type CartLine = z.output<ReturnType<typeof cartLineSchema>>;

const cartSchema = lazy(() =>
  z.object({
    items: z.array(cartLineSchema()),
    count: z.number(),
    total: z.number(),
  }),
);

export type ShoppingCart = z.output<ReturnType<typeof cartSchema>>;

const emptyCart: ShoppingCart = { items: [], count: 0, total: 0 };

export const keys = { search: "search", tiles: "tiles", cart: "cart", age: "shopping_for_age" };

/** Clients may write state too: an invalid value counts as missing. */
export const lastSearch = (state: State): LastSearch | undefined =>
  searchSchema().safeParse(state.get(keys.search)).data;

export const tiles = (state: State): readonly Tile[] =>
  z.array(tileSchema()).safeParse(state.get(keys.tiles)).data ?? [];

export const cart = (state: State): ShoppingCart =>
  cartSchema().safeParse(state.get(keys.cart)).data ?? emptyCart;

/** The age of the person that the shopper buys for, from this search or an earlier one. */
export const knownAge = (state: State): number | undefined =>
  z.int().safeParse(state.get(keys.age)).data;

export const showTiles = (state: State, items: readonly Item[]): void =>
  state.set(keys.tiles, items.map(tileOf));

export const tileOf = ({ id, name, price }: Pick<Item, "id" | "name" | "price">): Tile => ({
  id,
  name,
  price,
  image: `/products/${id}.svg`,
});

/** The fields of a product that the model receives. */
export const itemForModel = ({ id, name, price, colour, stock }: Item) => ({
  id,
  name,
  price,
  currency: "USD",
  colour,
  stock,
});

/** Adds prices in cents: floating-point dollars would not sum exactly. */
export const cartOf = (items: readonly CartLine[]): ShoppingCart => ({
  items: [...items],
  count: items.reduce((sum, { quantity }) => sum + quantity, 0),
  total:
    items.reduce((sum, { price, quantity }) => sum + Math.round(price * 100) * quantity, 0) / 100,
});
