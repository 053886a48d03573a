/** Pictures that the agents show, at `/products/<name>`. */
export { pictures } from "./concierge/pictures.ts";
