/** The part of the settings about sound: devices, the browser's processing of the microphone, and turn-taking. */
import { html, nothing, type TemplateResult } from "lit";
import {
  turnTakings,
  type AudioProcessing,
  type DeviceKind,
  type DeviceList,
  type TurnTaking,
} from "../../../packages/client/src/index.ts";

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
    <h3 id="devices">Microphone and loudspeaker</h3>
    <div class="fields">
      ${kinds.map((kind) => renderMenu(kind, props))} ${renderSpeakerButton(props)}
      ${renderProcessing(props)}
    </div>
  </section>
  <section aria-labelledby="turns">
    <h3 id="turns">Whose turn it is</h3>
    ${renderTurnTaking(props)}
  </section>
`;

const kinds: readonly DeviceKind[] = ["microphone", "speaker", "camera"];

const kindLabels: Readonly<Record<DeviceKind, string>> = {
  microphone: "Microphone",
  speaker: "Loudspeaker",
  camera: "Camera",
};

/** Browsers name a device only once the user has allowed one of its kind. */
function renderMenu(kind: DeviceKind, { devices, choose }: DevicesProps): TemplateResult {
  const listed = devices.devices.filter((device) => device.kind === kind);
  const chosen = devices.chosen[kind] ?? "";
  return html`<label class="field"
    ><span>${kindLabels[kind]}</span>
    <select
      ?disabled=${listed.length === 0}
      @change=${({ target }: Event) =>
        choose(kind, (target as HTMLSelectElement).value || undefined)}
    >
      <option value="" ?selected=${chosen === ""}>
        ${listed.length === 0 ? "The system’s; a list comes with the first talk" : "The system’s"}
      </option>
      ${listed.map(
        ({ id, label }, at) =>
          html`<option value=${id} ?selected=${id === chosen}>
            ${label || `${kindLabels[kind]} ${at + 1}`}
          </option>`,
      )}
    </select></label
  >`;
}

/** Firefox lists no loudspeaker until the user has picked it in a list of the browser's own. */
const renderSpeakerButton = ({ askForSpeaker }: DevicesProps): TemplateResult | typeof nothing =>
  askForSpeaker
    ? html`<button class="secondary" @click=${askForSpeaker}>Choose a loudspeaker…</button>`
    : nothing;

const processingLabels: readonly (readonly [keyof AudioProcessing, string, string | undefined])[] =
  [
    [
      "echoCancellation",
      "Cancel echo",
      "without it, a loudspeaker interrupts the agent with its own voice",
    ],
    ["noiseSuppression", "Suppress noise", undefined],
    ["autoGainControl", "Adjust the volume", undefined],
  ];

const renderProcessing = ({ processing, setProcessing }: DevicesProps): TemplateResult[] =>
  processingLabels.map(
    ([name, label, hint]) =>
      html`<label class="switch"
        ><input
          type="checkbox"
          .checked=${processing[name]}
          @change=${({ target }: Event) =>
            setProcessing({ [name]: (target as HTMLInputElement).checked })}
        /><span>${label}${hint ? html`<small>${hint}</small>` : nothing}</span></label
      >`,
  );

const turnLabels: Readonly<Record<TurnTaking, readonly [label: string, hint: string]>> = {
  automatic: ["Automatic", "The server hears when you begin and end. Nothing to load or to hold."],
  detection: [
    "Detected here",
    "This browser detects speech: no silence is sent or paid for. It loads 6 MB first.",
  ],
  "push-to-talk": [
    "Push to talk",
    "You are heard while you hold the button or the space bar. Best where others speak.",
  ],
  text: ["Text only", "The microphone stays closed. You read and hear the answers."],
};

const renderTurnTaking = ({ turnTaking, setTurnTaking }: DevicesProps): TemplateResult => html`
  <fieldset class="options">
    <legend>How your turn begins and ends</legend>
    ${turnTakings.map((each) => {
      const [label, hint] = turnLabels[each];
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
