/** The page's entry point: registers the custom elements. */
import { App } from "./app.ts";
import { openBrowserStorage } from "./identity.ts";
import { applyAppearance, loadSettings } from "./settings.ts";
import { Orb } from "./view/orb.ts";
import { Transcript } from "./view/transcript.ts";

applyAppearance(loadSettings(openBrowserStorage()), document);
customElements.define("parley-orb", Orb);
customElements.define("parley-transcript", Transcript);
customElements.define("parley-app", App);
