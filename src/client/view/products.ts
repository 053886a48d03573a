/** The things that are talked about, as small tiles beside the talk, and what is in the cart. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { cartIcon } from "./icons.ts";

interface Product {
  readonly id: string;
  readonly name: string;
  /** Dollars. */
  readonly price: number;
  readonly image: string;
}

interface Cart {
  readonly count: number;
  readonly total: number;
}

interface Products {
  readonly tiles: readonly Product[];
  readonly cart: Cart;
}

export const renderProducts = ({ tiles, cart }: Products): TemplateResult | typeof nothing =>
  tiles.length === 0 && cart.count === 0
    ? nothing
    : html`<section class="shelf" aria-label="Things">
        <ul tabindex="0" aria-label="Things shown">
          ${repeat(tiles, ({ id }) => id, renderProduct)}
        </ul>
        <p class="cart" role="status">${cart.count > 0 ? renderCart(cart) : nothing}</p>
      </section>`;

const renderProduct = ({ name, price, image }: Product): TemplateResult =>
  html`<li class="tile">
    <img src=${image} alt="" width="120" height="120" />
    <span>${name}</span>
    <strong>${dollars(price)}</strong>
  </li>`;

const renderCart = ({ count, total }: Cart): TemplateResult =>
  html`${cartIcon}<span>
      <span class="unseen">Cart: </span>${count} ${count === 1 ? "thing" : "things"},
      <strong>${dollars(total)}</strong>
    </span>`;

const dollars = (amount: number): string =>
  amount.toLocaleString("en", { style: "currency", currency: "USD" });
