/** Product tiles and the cart, beside the transcript. */
import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { repeat } from "lit/directives/repeat.js";
import type { Cart, Product, Products } from "../../../packages/client/src/index.ts";
import { cartIcon } from "./icons.ts";
import { strings } from "../language/strings.ts";
import { languageOf } from "./language-of.ts";

export const renderProducts = ({ tiles, cart }: Products): TemplateResult | typeof nothing =>
  tiles.length === 0 && cart.count === 0
    ? nothing
    : html`<section class="products" aria-label=${strings().products.label}>
        <ul tabindex="0" aria-label=${strings().products.list}>
          ${repeat(tiles, ({ id }) => id, renderProduct)}
        </ul>
        <p class="cart" role="status">${cart.count > 0 ? renderCart(cart) : nothing}</p>
      </section>`;

const renderProduct = ({ name, price, image }: Product): TemplateResult =>
  html`<li class="product">
    <img src=${image} alt="" width="120" height="120" />
    <span lang=${ifDefined(languageOf(name))}>${name}</span>
    <strong>${formatDollars(price)}</strong>
  </li>`;

const renderCart = ({ count, total }: Cart): TemplateResult =>
  html`${cartIcon}<span>
      <span class="visually-hidden">${strings().products.cart}</span
      ><span class="count">${strings().products.count(count)}</span>
      <strong>${formatDollars(total)}</strong>
    </span>`;

const formatDollars = (amount: number): string =>
  amount.toLocaleString("en", { style: "currency", currency: "USD" });
