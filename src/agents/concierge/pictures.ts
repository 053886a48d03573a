/** The pictures of the catalogue. The build writes them as static files, so that the Worker holds no drawing. */
import { products } from "./catalogue/products.ts";
import { pictureOf } from "./draw/picture.ts";

/** One of each product, as an SVG document. @returns them by name, `<id>.svg`. */
export const pictures = (): ReadonlyMap<string, string> =>
  new Map(products().map(({ id, look }) => [`${id}.svg`, pictureOf(look)]));
