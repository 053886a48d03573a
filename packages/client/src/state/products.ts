/** Products and a cart that an agent shows beside the transcript. Agents send them as changes of session state. */
import { parseUrl } from "./parse-url.ts";

export interface Product {
  readonly id: string;
  readonly name: string;
  /** US dollars. */
  readonly price: number;
  /** A path on this server. */
  readonly image: string;
}

export interface Cart {
  /** Number of items. */
  readonly count: number;
  /** US dollars. */
  readonly total: number;
}

export interface Products {
  readonly tiles: readonly Product[];
  readonly cart: Cart;
}

export const noProducts: Products = { tiles: [], cart: { count: 0, total: 0 } };

const maxTiles = 12;

/** @returns undefined when the state delta has neither `tiles` nor `cart`. */
export function readProducts(
  stateDelta: Readonly<Record<string, unknown>>,
): Partial<Products> | undefined {
  const tiles = Array.isArray(stateDelta["tiles"])
    ? stateDelta["tiles"].filter(isProduct)
    : undefined;
  const cart = isCart(stateDelta["cart"]) ? stateDelta["cart"] : undefined;
  if (!tiles && !cart) return undefined;
  return { ...(tiles && { tiles: tiles.slice(0, maxTiles) }), ...(cart && { cart: pick(cart) }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** A path on this server, as the browser reads it: "//host", "/\host" and "/\t/host" are other servers. */
const isOwnPath = (path: string): boolean =>
  path.startsWith("/") && parseUrl(path, ownOrigin)?.origin === ownOrigin;

/** No server has this name (RFC 6761). */
const ownOrigin = "https://page.invalid";

const isProduct = (value: unknown): value is Product =>
  isRecord(value) &&
  typeof value["id"] === "string" &&
  typeof value["name"] === "string" &&
  typeof value["price"] === "number" &&
  typeof value["image"] === "string" &&
  isOwnPath(value["image"]);

const isCart = (value: unknown): value is Cart =>
  isRecord(value) && typeof value["count"] === "number" && typeof value["total"] === "number";

/** Drops further fields of the agent's cart: the page saves what it shows. */
const pick = ({ count, total }: Cart): Cart => ({ count, total });
