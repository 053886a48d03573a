/** `@parley/client/element`, and `/parley.js` of a server: defines `<parley-call>`. */
import { ParleyCall } from "./element/parley-call.ts";

export { ParleyCall };
export { connect, createCall } from "./connect.ts";

// Two scripts of a page may both bring it.
if ("customElements" in globalThis && !customElements.get("parley-call"))
  customElements.define("parley-call", ParleyCall);

declare global {
  interface HTMLElementTagNameMap {
    "parley-call": ParleyCall;
  }
}
