/** One frame of what a conversation tells, ready for a socket, with all that is asked about it on its way. */
export interface Frame {
  /** Its place in what was told; 0 at doors that do not count. */
  readonly seq: number;
  readonly data: string | Uint8Array;
  /** About how many bytes it is on the wire. */
  readonly bytes: number;
  /** How long its sound lasts, in ms; 0 when it has none. */
  readonly soundMs: number;
  /** What was said before is void: sound that still waits is not worth sending. */
  readonly cuts: boolean;
  /** It says when somebody speaks: for those who asked for that, at the door where one asks. */
  readonly marks?: boolean;
}

/** Those of a queue that are worth sending once it was interrupted. */
export const withoutSound = (frames: readonly Frame[]): readonly Frame[] =>
  frames.filter(({ soundMs }) => soundMs === 0);

export const bytesOf = (frames: readonly Pick<Frame, "bytes">[]): number =>
  frames.reduce((sum, { bytes }) => sum + bytes, 0);
