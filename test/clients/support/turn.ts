/** The result of a spoken turn, independent of the client. */
export interface Turn {
  /** The input transcript; undefined where the client does not expose it. */
  readonly inputTranscript?: string;
  /** The output transcript, likewise. */
  readonly outputTranscript?: string;
  /** The answer's audio at 24 kHz. */
  readonly audio: Int16Array;
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
