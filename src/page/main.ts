/** The page's entry point: registers the custom elements. */
import { App } from "./app.ts";
import { polyfillBase64 } from "../../packages/client/src/base64-fallback.ts";
import { Orb } from "./view/orb.ts";
import { Transcript } from "./view/transcript.ts";

polyfillBase64();
customElements.define("parley-orb", Orb);
customElements.define("parley-transcript", Transcript);
customElements.define("parley-app", App);
