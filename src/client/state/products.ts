/** What an agent puts beside the talk: things to look at, and the cart. It comes as changes of the session state. */

export interface Product {
  readonly id: string;
  readonly name: string;
  /** Dollars. */
  readonly price: number;
  /** An address on this server. */
  readonly image: string;
}

export interface Cart {
  /** How many things, and what they cost together, in dollars. */
  readonly count: number;
  readonly total: number;
}

export interface Products {
  readonly tiles: readonly Product[];
  readonly cart: Cart;
}

export const noProducts: Products = { tiles: [], cart: { count: 0, total: 0 } };

/** As many as fit beside a talk. */
const most = 12;

/** What a change of the state says of goods; undefined when it says nothing of them. */
export function readProducts(
  delta: Readonly<Record<string, unknown>>,
): Partial<Products> | undefined {
  const tiles = Array.isArray(delta["tiles"]) ? delta["tiles"].filter(isProduct) : undefined;
  const cart = isCart(delta["cart"]) ? delta["cart"] : undefined;
  if (!tiles && !cart) return undefined;
  return { ...(tiles && { tiles: tiles.slice(0, most) }), ...(cart && { cart: sumOf(cart) }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** An address that leads elsewhere is none of this page's. */
const isProduct = (value: unknown): value is Product =>
  isRecord(value) &&
  typeof value["id"] === "string" &&
  typeof value["name"] === "string" &&
  typeof value["price"] === "number" &&
  typeof value["image"] === "string" &&
  /^\/[^/\\]/.test(value["image"]);

const isCart = (value: unknown): value is Cart =>
  isRecord(value) && typeof value["count"] === "number" && typeof value["total"] === "number";

const sumOf = ({ count, total }: Cart): Cart => ({ count, total });
