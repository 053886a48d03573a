/** Where the voice is: the round button that shows who is heard, and what a thumb can reach beside it. */
import { html, nothing, type TemplateResult } from "lit";
import { cameraIcon, cameraOffIcon, endIcon, flipIcon, micIcon, micOffIcon } from "./icons.ts";
import { moodOf, phaseLabels, pressLabels, type Phase } from "./phase.ts";

export interface VoiceControlsProps {
  readonly phase: Phase;
  readonly mic: "off" | "asking" | "on" | "muted";
  readonly cameraOn: boolean;
  /** 0 to 1: of whoever is heard. */
  readonly level: () => number;
  readonly press: () => void;
  readonly mute: () => void;
  readonly camera: () => void;
  readonly end: () => void;
}

export const renderVoiceControls = (now: VoiceControlsProps): TemplateResult => {
  const [title, hint] = phaseLabels[now.phase];
  const press = pressLabels[now.phase];
  return html`
    <section class="stage" aria-label="Voice" data-phase=${now.phase}>
      <button
        class="orb"
        aria-label=${press ?? title}
        aria-disabled=${press ? "false" : "true"}
        @click=${now.press}
      >
        <parley-orb .mood=${moodOf(now.phase)} .level=${now.level}>
          ${now.mic === "muted" || now.phase === "silenced" ? micOffIcon : micIcon}
        </parley-orb>
      </button>
      <p class="phase" role="status"><strong>${title}</strong><span>${hint}</span></p>
      <div class="controls">${muteButton(now)} ${cameraButton(now)} ${endButton(now)}</div>
    </section>
  `;
};

const muteButton = ({ mic, mute }: VoiceControlsProps): TemplateResult => html`
  <button
    class="round"
    aria-pressed=${mic === "muted"}
    aria-keyshortcuts="Space"
    title="Mute (space)"
    ?disabled=${mic !== "on" && mic !== "muted"}
    @click=${mute}
  >
    ${mic === "muted" ? micOffIcon : micIcon}<span>${mic === "muted" ? "Unmute" : "Mute"}</span>
  </button>
`;

const cameraButton = ({ cameraOn, camera }: VoiceControlsProps): TemplateResult => html`
  <button class="round" aria-pressed=${cameraOn} title="Show what the camera sees" @click=${camera}>
    ${cameraOn ? cameraOffIcon : cameraIcon}<span>Camera</span>
  </button>
`;

const endButton = ({ phase, end }: VoiceControlsProps): TemplateResult => html`
  <button class="round end" title="Hang up" ?disabled=${phase === "idle"} @click=${end}>
    ${endIcon}<span>End</span>
  </button>
`;

interface Camera {
  readonly video: HTMLVideoElement;
  readonly front: boolean;
  readonly canSwitch: boolean;
}

/** The picture that is sent, mirrored when it is of the person, as everyone knows it of mirrors. */
export const renderCamera = (
  camera: Camera | "off" | "asking",
  flip: () => void,
): TemplateResult | typeof nothing =>
  typeof camera === "string"
    ? nothing
    : html`<figure class="camera" data-front=${camera.front} aria-label="What the camera sees">
        ${camera.video}
        ${
          camera.canSwitch
            ? html`<button class="flip" aria-label="Switch camera" @click=${flip}>
                ${flipIcon}
              </button>`
            : nothing
        }
      </figure>`;
