/** `/parley.js` of a parley server. The order matters: defining the element upgrades the page's tags at once. */
export { servedAddress } from "./mark-served.ts";
export * from "../element.ts";
