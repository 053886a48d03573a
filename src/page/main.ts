/** The page's entry point: registers the custom elements. */
import { App } from "./app.ts";
import { Orb } from "./view/orb.ts";
import { Transcript } from "./view/transcript.ts";

customElements.define("parley-orb", Orb);
customElements.define("parley-transcript", Transcript);
customElements.define("parley-app", App);
