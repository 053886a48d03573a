/** One outbound frame, encoded, with all that delivery needs to know of it. All connections get the same object. */
export interface OutboundFrame {
  /** Counted within an epoch; 0 in protocols that do not count. */
  readonly seq: number;
  /** Its memory is written to once: the runtime may send it later. */
  readonly data: string | Uint8Array;
  /** About how many bytes it is on the wire. */
  readonly bytes: number;
  /** How long its audio lasts, in ms; 0 when it has none. */
  readonly audioMs: number;
  /** It interrupts: audio that still waits must not be sent. */
  readonly interrupts: boolean;
  /** It reports voice activity, which only clients that ask for it get. */
  readonly isVoiceActivity?: boolean;
  /** Set by `keptAudio`. */
  kept?: Uint8Array;
}

/** The bytes of a frame that waits: the same for all queues, outside the garbage-collected heap. */
export const keptAudio = (frame: OutboundFrame): Uint8Array =>
  (frame.kept ??= typeof frame.data === "string" ? encoder.encode(frame.data) : frame.data);

const encoder = new TextEncoder();
