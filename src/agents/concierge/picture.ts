/** Serves the pictures of the catalogue: each is drawn from what its address names. */
import { lookOf } from "./catalogue/products.ts";
import { pictureOf } from "./draw/picture.ts";

/**
 * `GET /products/<id>.svg`.
 * @param file the last part of the path. @returns undefined when there is no such thing.
 */
export function pictureAt(file: string): Response | undefined {
  const look = file.endsWith(".svg") ? lookOf(file.slice(0, -4)) : undefined;
  if (!look) return undefined;
  return new Response(pictureOf(look), {
    headers: {
      "content-type": "image/svg+xml; charset=utf-8",
      // A thing's looks may change with a release, not within a day.
      "cache-control": "public, max-age=86400",
      "content-security-policy": "default-src 'none'",
      "x-content-type-options": "nosniff",
    },
  });
}
