/** The round voice button, the controls beside it, and the camera's preview. */
import { html, nothing, type TemplateResult } from "lit";
import {
  isMutedByOperator,
  type Call,
  type CallState,
} from "../../../packages/client/src/index.ts";
import {
  cameraIcon,
  cameraOffIcon,
  endIcon,
  flipIcon,
  listenIcon,
  lostIcon,
  micIcon,
  micOffIcon,
  screenIcon,
  screenOffIcon,
  soundIcon,
  typeIcon,
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
        ${renderMuteButton(call)} ${renderCameraButton(call)} ${renderScreenButton(call)}
        ${renderEndButton(phase, call)}
      </div>
    </section>
  `;
};

function orbIcon(phase: Phase, { listenOnly, turnTaking }: CallState): TemplateResult {
  if (phase === "unheard") return listenOnly ? listenIcon : soundIcon;
  if (phase === "reconnecting" || phase === "offline") return lostIcon;
  if (phase === "muted" || phase === "silenced") return micOffIcon;
  if (listenOnly) return listenIcon;
  return turnTaking === "text" ? typeIcon : micIcon;
}

/** A slashed icon says that the device is off, here and in the camera's button. */
const renderMuteButton = (call: Call): TemplateResult => {
  const { mic, turnTaking, participants } = call.state;
  const texts = strings().voice;
  const silenced = isMutedByOperator(participants);
  // In push to talk the space bar speaks.
  const key = turnTaking === "push-to-talk" ? nothing : "Space";
  const label = mic === "muted" ? texts.unmute : texts.mute;
  const title = key === nothing ? label : texts.bySpace(label);
  return html`
    <button
      class="round"
      aria-pressed=${mic === "muted"}
      aria-keyshortcuts=${key}
      title=${silenced ? strings().phases.silenced[1] : title}
      ?disabled=${silenced || (mic !== "on" && mic !== "muted")}
      @click=${() => call.toggleMute()}
    >
      ${mic === "on" && !silenced ? micIcon : micOffIcon}<span>${label}</span>
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

/** Phones have no screen to share. */
const sharesScreens = "getDisplayMedia" in (navigator.mediaDevices ?? {});

const renderScreenButton = ({ state, screen }: Call): TemplateResult | typeof nothing => {
  if (!sharesScreens) return nothing;
  const { listenOnly } = state;
  const screenOn = state.screen !== "off";
  const texts = strings().voice;
  return html`
    <button
      class="round screen"
      aria-pressed=${screenOn}
      title=${listenOnly ? texts.cameraListenOnly : screenOn ? texts.screenOn : texts.screenOff}
      ?disabled=${listenOnly}
      @click=${() => (screenOn ? screen.close() : void screen.open())}
    >
      ${screenOn ? screenIcon : screenOffIcon}<span>${texts.screen}</span>
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

/** Of the camera or the shared screen. The stylesheet mirrors the front camera's preview; the JPEGs are not mirrored. */
export const renderCamera = ({ state, camera }: Call): TemplateResult | typeof nothing => {
  // While the browser asks for the other source, this one goes on.
  const source = typeof state.screen === "string" ? state.camera : state.screen;
  if (typeof source === "string") return nothing;
  const flip = html`<button
    class="flip"
    aria-label=${strings().voice.switchCamera}
    @click=${() => void camera.flip()}
  >
    ${flipIcon}
  </button>`;
  return html`<figure
    class="camera"
    data-front=${source.front}
    aria-label=${strings().voice.cameraPicture}
  >
    <div>${source.video} ${source.canSwitch ? flip : nothing}</div>
    ${state.lastPicture ? renderLastPicture(state.lastPicture) : nothing}
  </figure>`;
};

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
