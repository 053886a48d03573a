/** Pictures that the agents show, at `/products/<file>`. */
export { pictureAt } from "./concierge/picture.ts";
