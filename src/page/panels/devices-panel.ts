/** The part of the settings about sound: devices, the browser's processing of the microphone, and turn-taking. */
import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import {
  turnTakings,
  type AudioProcessing,
  type DeviceKind,
  type DeviceList,
  type TurnTaking,
} from "../../../packages/client/src/index.ts";
import { strings } from "../language/strings.ts";
import { languageOf } from "../view/language-of.ts";

export interface DevicesProps {
  readonly devices: DeviceList;
  readonly processing: AudioProcessing;
  readonly turnTaking: TurnTaking;
  readonly choose: (kind: DeviceKind, id: string | undefined) => void;
  /** Opens the browser's own list of loudspeakers; undefined where it has none. */
  readonly askForSpeaker: (() => void) | undefined;
  readonly setProcessing: (change: Partial<AudioProcessing>) => void;
  readonly setTurnTaking: (turnTaking: TurnTaking) => void;
}

export const renderDevices = (props: DevicesProps): TemplateResult => html`
  <section aria-labelledby="devices">
    <h3 id="devices">${strings().devices.title}</h3>
    <div class="fields">
      ${kinds.map((kind) => renderMenu(kind, props))} ${renderSpeakerButton(props)}
      ${
        kinds.every((kind) => listedOf(kind, props).length > 0)
          ? nothing
          : html`<p class="hint">${strings().devices.unlisted}</p>`
      }
      ${renderProcessing(props)}
    </div>
  </section>
  <section aria-labelledby="turns">
    <h3 id="turns">${strings().devices.turnTitle}</h3>
    ${renderTurnTaking(props)}
  </section>
`;

const kinds: readonly DeviceKind[] = ["microphone", "speaker", "camera"];

/** Browsers name a device only once the user has allowed one of its kind. */
const listedOf = (kind: DeviceKind, { devices }: DevicesProps): DeviceList["devices"] =>
  devices.devices.filter((device) => device.kind === kind);

function renderMenu(kind: DeviceKind, props: DevicesProps): TemplateResult {
  const { devices, choose } = props;
  const listed = listedOf(kind, props);
  const chosen = devices.chosen[kind] ?? "";
  const texts = strings().devices;
  return html`<label class="field"
    ><span>${texts.kinds[kind]}</span>
    <select
      ?disabled=${listed.length === 0}
      @change=${({ target }: Event) =>
        choose(kind, (target as HTMLSelectElement).value || undefined)}
    >
      <option value="" ?selected=${chosen === ""}>${texts.systems}</option>
      ${listed.map(
        ({ id, label }, at) =>
          html`<option value=${id} lang=${ifDefined(languageOf(label))} ?selected=${id === chosen}>
            ${label || `${texts.kinds[kind]} ${at + 1}`}
          </option>`,
      )}
    </select></label
  >`;
}

/** Firefox lists no loudspeaker until the user has picked it in a list of the browser's own. */
const renderSpeakerButton = ({ askForSpeaker }: DevicesProps): TemplateResult | typeof nothing =>
  askForSpeaker
    ? html`<button class="secondary" @click=${askForSpeaker}>
        ${strings().devices.chooseSpeaker}
      </button>`
    : nothing;

const processings: readonly (keyof AudioProcessing)[] = [
  "echoCancellation",
  "noiseSuppression",
  "autoGainControl",
];

const renderProcessing = ({ processing, setProcessing }: DevicesProps): TemplateResult[] =>
  processings.map((name) => {
    const [label, hint] = strings().devices.processing[name];
    return html`<label class="switch"
      ><input
        type="checkbox"
        .checked=${processing[name]}
        @change=${({ target }: Event) =>
          setProcessing({ [name]: (target as HTMLInputElement).checked })}
      /><span>${label}${hint ? html`<small>${hint}</small>` : nothing}</span></label
    >`;
  });

const renderTurnTaking = ({ turnTaking, setTurnTaking }: DevicesProps): TemplateResult => html`
  <fieldset class="options">
    <legend>${strings().devices.turnLegend}</legend>
    ${turnTakings.map((each) => {
      const [label, hint] = strings().devices.turnTakings[each];
      return html`<label class="switch"
        ><input
          type="radio"
          name="turns"
          .checked=${turnTaking === each}
          @change=${() => setTurnTaking(each)}
        /><span>${label}<small>${hint}</small></span></label
      >`;
    })}
  </fieldset>
`;
