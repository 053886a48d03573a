/** The tools for the shopping cart. */
import * as z from "zod";
import { tool, type State } from "../../../agent/tool.ts";
import { databaseOf } from "../shop/database.ts";
import { resolveItem, resolveReference } from "../shop/references.ts";
import type { Item } from "../shop/search.ts";
import {
  cart,
  cartOf,
  keys,
  tileOf,
  tiles,
  type ShoppingCart,
  type CartLine,
} from "../shop/shopper-state.ts";

const item = () =>
  z
    .string()
    .min(1)
    .describe("The id or name of a thing, or its place among those shown, such as: the second.");

export const addToCart = tool({
  name: "add_to_cart",
  description: "Puts a thing into the shopper's cart.",
  parameters: () =>
    z.object({
      item: item(),
      quantity: z.int().min(1).max(99).default(1).describe("How many."),
    }),
  run: async ({ item, quantity }, { env, state }) => {
    const product = await resolveItem(databaseOf(env), item, tiles(state));
    if (!product)
      return { message: `I do not know which thing "${item}" is. Ask which one is meant.` };
    const had = cart(state).items.find(({ id }) => id === product.id)?.quantity ?? 0;
    if (had + quantity > product.stock) return { message: tooFew(product, had) };
    return changed(state, added(cart(state), product, quantity), `${product.name} is in the cart`);
  },
});

export const removeFromCart = tool({
  name: "remove_from_cart",
  description: "Takes a thing out of the shopper's cart.",
  parameters: () =>
    z.object({
      item: item(),
      quantity: z.int().min(1).optional().describe("How many; left out, all of them."),
    }),
  run: ({ item, quantity }, { state }) => {
    const { items } = cart(state);
    // The reference may be to a tile on the page, such as "the second", whose product is in the cart.
    const shown = resolveReference(item, tiles(state));
    const line = resolveReference(item, items) ?? items.find(({ id }) => id === shown?.id);
    if (!line) return { message: `There is no "${item}" in the cart.`, ...summary(cart(state)) };
    const left = line.quantity - (quantity ?? line.quantity);
    const rest = items.flatMap((each) =>
      each.id === line.id ? (left > 0 ? [{ ...each, quantity: left }] : []) : [each],
    );
    return changed(state, cartOf(rest), `${line.name} is out of the cart`);
  },
});

export const viewCart = tool({
  name: "view_cart",
  description: "Tells what is in the shopper's cart and what it costs.",
  run: (_, { state }) => {
    const now = cart(state);
    const message = now.count === 0 ? "The cart is empty." : sentence("The cart", now);
    return { message, ...summary(now) };
  },
});

function added({ items }: ShoppingCart, product: Item, quantity: number): ShoppingCart {
  const known = items.find(({ id }) => id === product.id);
  const line: CartLine = { ...tileOf(product), quantity: (known?.quantity ?? 0) + quantity };
  return cartOf(
    known ? items.map((each) => (each.id === product.id ? line : each)) : [...items, line],
  );
}

function changed(state: State, now: ShoppingCart, what: string) {
  state.set(keys.cart, now);
  return { message: `${what}. ${sentence("It", now)}`, ...summary(now) };
}

const sentence = (subject: string, { count, total }: ShoppingCart): string =>
  `${subject} now holds ${count} ${count === 1 ? "thing" : "things"} for $${total.toFixed(2)}.`;

const summary = ({ items, count, total }: ShoppingCart) => ({
  things: count,
  total,
  currency: "USD",
  ...(items.length > 0 && {
    items: items.map(({ id, name, price, quantity }) => ({
      id,
      name,
      price,
      currency: "USD",
      quantity,
    })),
  }),
});

const tooFew = ({ name, stock }: Item, had: number): string =>
  `There ${stock === 1 ? "is" : "are"} only ${stock} of the ${name}${had > 0 ? `, and ${had} of them in the cart already` : ""}.`;
