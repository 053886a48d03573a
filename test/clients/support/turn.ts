/** A spoken turn, as a client of any make tells of it. */
export interface Turn {
  /** What it was told that it had said; undefined where the client has no way to ask. */
  readonly heard?: string;
  /** The answer's transcript, likewise. */
  readonly said?: string;
  /** The answer's sound: 24 kHz. */
  readonly sound: Int16Array;
}

export function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
