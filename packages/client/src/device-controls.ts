/** The devices of a call, as its user handles them. Their states are in `call.state`. */

/** `open` must be called from a user gesture. A failure is reported in words, as `error` and as `state.notice`. */
export interface MicrophoneControl {
  /** 0 to 1, for display. */
  level(): number;
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface SpeakerControl {
  level(): number;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Camera and screen send one picture a second. Opening one closes the other. */
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
