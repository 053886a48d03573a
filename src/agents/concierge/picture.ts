/** Serves the pictures of the catalogue, drawn from the look that the file name encodes. */
import { lookOf } from "./catalogue/products.ts";
import { pictureOf } from "./draw/picture.ts";

/**
 * `GET /products/<id>.svg`.
 * @param file the last part of the path. @returns undefined for an unknown product.
 */
export function pictureAt(file: string): Response | undefined {
  const look = file.endsWith(".svg") ? lookOf(file.slice(0, -4)) : undefined;
  if (!look) return undefined;
  return new Response(pictureOf(look), {
    headers: {
      "content-type": "image/svg+xml; charset=utf-8",
      // A release may change a product's look.
      "cache-control": "public, max-age=86400",
      "content-security-policy": "default-src 'none'",
      "x-content-type-options": "nosniff",
    },
  });
}
