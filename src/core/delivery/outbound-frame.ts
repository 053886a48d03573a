/** One outbound frame, encoded, with all that delivery needs to know of it. */
export interface OutboundFrame {
  /** Counted within an epoch; 0 in protocols that do not count. */
  readonly seq: number;
  readonly data: string | Uint8Array;
  /** About how many bytes it is on the wire. */
  readonly bytes: number;
  /** How long its audio lasts, in ms; 0 when it has none. */
  readonly audioMs: number;
  /** It interrupts: audio that still waits must not be sent. */
  readonly interrupts: boolean;
  /** It reports voice activity, which only clients that ask for it get. */
  readonly isVoiceActivity?: boolean;
}

/** The frames of a queue that must still be sent after an interruption. */
export const withoutAudio = (frames: readonly OutboundFrame[]): readonly OutboundFrame[] =>
  frames.filter(({ audioMs }) => audioMs === 0);
