/** The page's entry: gives its elements their names. */
import { App } from "./app.ts";
import { polyfillBase64 } from "./base64-fallback.ts";
import { Orb } from "./view/orb.ts";
import { Transcript } from "./view/transcript.ts";

polyfillBase64();
customElements.define("parley-orb", Orb);
customElements.define("parley-transcript", Transcript);
customElements.define("parley-app", App);
