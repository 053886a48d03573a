/** The round voice button, the controls beside it, and the camera's preview. */
import { html, nothing, type TemplateResult } from "lit";
import type { Call, CallState, CameraState } from "../../../packages/client/src/index.ts";
import {
  cameraIcon,
  cameraOffIcon,
  endIcon,
  flipIcon,
  listenIcon,
  lostIcon,
  micIcon,
  micOffIcon,
  soundIcon,
} from "./icons.ts";
import { labelsOf, orbActivityOf, pressLabelOf, type Phase } from "./phase.ts";
import { strings } from "../language/strings.ts";

interface VoiceControlsProps {
  readonly phase: Phase;
  readonly call: Call;
  /** 0 to 1, read once per animation frame. */
  readonly level: () => number;
  readonly press: () => void;
}

export const renderVoiceControls = (props: VoiceControlsProps): TemplateResult => {
  const { phase, call, level } = props;
  const { state } = call;
  const [title, hint] = labelsOf(phase, state);
  const press = pressLabelOf(phase, state);
  const holds = state.turnTaking === "push-to-talk" && state.mic === "on";
  const letGo = (): void => call.release();
  return html`
    <section class="voice" aria-label=${strings().voice.label} data-phase=${phase}>
      <button
        class="orb"
        aria-label=${press ?? title}
        aria-disabled=${press ? "false" : "true"}
        @click=${holds ? nothing : props.press}
        @pointerdown=${holds ? () => void call.holdToSpeak() : nothing}
        @pointerup=${letGo}
        @pointercancel=${letGo}
        @pointerleave=${letGo}
      >
        <parley-orb .activity=${orbActivityOf(phase)} .level=${level}>
          ${orbIcon(phase, state)}
        </parley-orb>
      </button>
      <p class="phase" role="status"><strong>${title}</strong><span>${hint}</span></p>
      <div class="controls">
        ${renderMuteButton(call)} ${renderCameraButton(call)} ${renderEndButton(phase, call)}
      </div>
    </section>
  `;
};

function orbIcon(phase: Phase, { listenOnly }: CallState): TemplateResult {
  if (phase === "unheard") return listenOnly ? listenIcon : soundIcon;
  if (phase === "reconnecting" || phase === "offline") return lostIcon;
  if (phase === "muted" || phase === "silenced") return micOffIcon;
  return listenOnly ? listenIcon : micIcon;
}

/** A slashed icon says that the device is off, here and in the camera's button. */
const renderMuteButton = (call: Call): TemplateResult => {
  const { mic } = call.state;
  const texts = strings().voice;
  return html`
    <button
      class="round"
      aria-pressed=${mic === "muted"}
      aria-keyshortcuts="Space"
      title=${mic === "muted" ? texts.unmuteTitle : texts.muteTitle}
      ?disabled=${mic !== "on" && mic !== "muted"}
      @click=${() => call.toggleMute()}
    >
      ${mic === "on" ? micIcon : micOffIcon}<span
        >${mic === "muted" ? texts.unmute : texts.mute}</span
      >
    </button>
  `;
};

const renderCameraButton = ({ state, camera }: Call): TemplateResult => {
  const { listenOnly } = state;
  const cameraOn = state.camera !== "off";
  const texts = strings().voice;
  return html`
    <button
      class="round"
      aria-pressed=${cameraOn}
      title=${listenOnly ? texts.cameraListenOnly : cameraOn ? texts.cameraOn : texts.cameraOff}
      ?disabled=${listenOnly}
      @click=${() => (cameraOn ? camera.close() : void camera.open())}
    >
      ${cameraOn ? cameraIcon : cameraOffIcon}<span>${texts.camera}</span>
    </button>
  `;
};

const renderEndButton = (phase: Phase, call: Call): TemplateResult => html`
  <button
    class="round end"
    title=${strings().voice.hangUp}
    ?disabled=${phase === "idle"}
    @click=${() => void call.close()}
  >
    ${endIcon}<span>${strings().voice.end}</span>
  </button>
`;

/** The stylesheet mirrors the front camera's preview, as in a mirror; the JPEGs are not mirrored. */
export const renderCamera = (
  camera: CameraState,
  lastPicture: Blob | undefined,
  flip: () => void,
): TemplateResult | typeof nothing =>
  typeof camera === "string"
    ? nothing
    : html`<figure
        class="camera"
        data-front=${camera.front}
        aria-label=${strings().voice.cameraPicture}
      >
        <div>
          ${camera.video}
          ${
            camera.canSwitch
              ? html`<button class="flip" aria-label=${strings().voice.switchCamera} @click=${flip}>
                  ${flipIcon}
                </button>`
              : nothing
          }
        </div>
        ${lastPicture ? renderLastPicture(lastPicture) : nothing}
      </figure>`;

const renderLastPicture = (picture: Blob): TemplateResult => html`
  <div class="sent">
    <img src=${addressOfPicture(picture)} alt=${strings().voice.lastPicture} />
    <figcaption>${strings().voice.sentLast}</figcaption>
  </div>
`;

let shown: { readonly picture: Blob; readonly address: string } | undefined;

/** One a second: the address of the one before is given back. */
function addressOfPicture(picture: Blob): string {
  if (shown?.picture === picture) return shown.address;
  if (shown) URL.revokeObjectURL(shown.address);
  shown = { picture, address: URL.createObjectURL(picture) };
  return shown.address;
}
