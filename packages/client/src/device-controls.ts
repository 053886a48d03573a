/** The devices of a call, as its user handles them. Their states are in `call.state`. */

import type { AudioProcessing } from "./audio/microphone.ts";
import type { PlaybackStatistics } from "./audio/player-worklet.ts";
import type { CameraUplink } from "./camera-uplink.ts";
import type { DeviceKind } from "./devices.ts";
import type { Voice } from "./voice.ts";

/** `open` must be called from a user gesture. A failure is reported in words, as `error` and as `state.notice`. */
export interface MicrophoneControl {
  /** 0 to 1, for display. */
  level(): number;
  open(): Promise<void>;
  close(): Promise<void>;
  processing(): AudioProcessing;
  /** Switches echo cancellation, noise suppression or automatic gain, also in the middle of a call. */
  setProcessing(processing: Partial<AudioProcessing>): Promise<void>;
}

export interface SpeakerControl {
  level(): number;
  open(): Promise<void>;
  close(): Promise<void>;
  /** As of the last start or stop of playback; undefined before. */
  statistics(): PlaybackStatistics | undefined;
}

/** The list and the choices are `call.state.devices`. */
export interface DeviceControl {
  /** Also in the middle of a call. A failure is reported in words, and the device before stays. @param id undefined: the system's default. */
  choose(kind: DeviceKind, id: string | undefined): Promise<void>;
  /** Opens the browser's own list of loudspeakers, where it has one and tells of no other (Firefox). Needs a user gesture. */
  askForSpeaker(): Promise<void>;
}

/**
 * Camera and screen send one picture a second. One takes the place of the other as soon as it is open: a dialog that the user
 * closes changes nothing.
 */
export interface CameraControl {
  /** @param front faces the user; true if absent. */
  open(front?: boolean): Promise<void>;
  close(): void;
  /** Changes between the front and the rear camera. */
  flip(): Promise<void>;
}

export interface ScreenControl {
  open(): Promise<void>;
  close(): void;
}

interface MicrophoneActions {
  readonly open: () => Promise<void>;
  /** Carries out an action that may fail, and reports the failure. */
  readonly attempt: (action: () => Promise<void>) => Promise<void>;
}

export const controlMicrophone = (
  voice: Voice,
  { open, attempt }: MicrophoneActions,
): MicrophoneControl => ({
  level: () => voice.microphoneLevel,
  open,
  close: () => voice.closeMicrophone(),
  processing: () => voice.processing,
  setProcessing: (processing) => attempt(() => voice.setProcessing(processing)),
});

export const controlSpeaker = (voice: Voice, open: () => Promise<void>): SpeakerControl => ({
  level: () => voice.speakerLevel,
  open,
  close: () => voice.closePlayer(),
  statistics: () => voice.statistics,
});

/** @param before opens the connection. */
export function controlCamera(camera: CameraUplink, before: () => void): CameraControl {
  const open = async (front = true): Promise<void> => {
    before();
    await camera.open(front);
  };
  return {
    open,
    close: () => camera.close(),
    flip: async () => {
      const { state } = camera;
      if (typeof state === "string") return;
      camera.close();
      await open(!state.front);
    },
  };
}

/** @param before opens the connection. */
export const controlScreen = (screen: CameraUplink, before: () => void): ScreenControl => ({
  open: async () => {
    before();
    await screen.open();
  },
  close: () => screen.close(),
});

/** @param attempt carries out what may fail, and reports that. */
export const controlDevices = (
  voice: Voice,
  camera: Pick<CameraUplink, "state" | "open" | "close">,
  attempt: (device: DeviceKind, action: () => Promise<void>) => Promise<void>,
): DeviceControl => ({
  choose: async (kind, id) => {
    await attempt(kind, () => voice.chooseDevice(kind, id));
    const { state } = camera;
    if (kind !== "camera" || typeof state === "string") return;
    camera.close();
    await camera.open(state.front);
  },
  askForSpeaker: () => attempt("speaker", () => voice.askForSpeaker()),
});
