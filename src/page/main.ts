/** The page's entry point: registers the custom elements. */
import { App } from "./app.ts";
import { registerServiceWorker } from "./install.ts";
import { openBrowserStorage } from "./identity.ts";
import { applyAppearance, applyLanguage, loadSettings } from "./settings.ts";
import { AgentPicker } from "./view/agent-picker.ts";
import { Countdown } from "./view/countdown.ts";
import { Dialog } from "./view/dialogs.ts";
import { People } from "./view/people.ts";
import { Orb } from "./view/orb.ts";
import { Transcript } from "./view/transcript.ts";

registerServiceWorker();
const settings = loadSettings(openBrowserStorage());
applyAppearance(settings, document);
// Before the first rendering, so that no other language flashes. Without its file the page is in English.
await applyLanguage(settings, document);
customElements.define("parley-agent-picker", AgentPicker);
customElements.define("parley-countdown", Countdown);
customElements.define("parley-dialog", Dialog);
customElements.define("parley-people", People);
customElements.define("parley-orb", Orb);
customElements.define("parley-transcript", Transcript);
customElements.define("parley-app", App);
