/** One frame of what a conversation tells, ready for a socket, with all that is asked about it on its way. */
export interface OutboundFrame {
  /** Its place in what was told; 0 at doors that do not count. */
  readonly seq: number;
  readonly data: string | Uint8Array;
  /** About how many bytes it is on the wire. */
  readonly bytes: number;
  /** How long its sound lasts, in ms; 0 when it has none. */
  readonly audioMs: number;
  /** What was said before is void: sound that still waits is not worth sending. */
  readonly interrupts: boolean;
  /** It says when somebody speaks: for those who asked for that, at the door where one asks. */
  readonly isVoiceActivity?: boolean;
}

/** Those of a queue that are worth sending once it was interrupted. */
export const withoutAudio = (frames: readonly OutboundFrame[]): readonly OutboundFrame[] =>
  frames.filter(({ audioMs }) => audioMs === 0);

export const totalBytes = (frames: readonly Pick<OutboundFrame, "bytes">[]): number =>
  frames.reduce((sum, { bytes }) => sum + bytes, 0);
