/**
 * The audio session of iOS. The page's sound counts as ambient there: the ring switch silences it, and another app's music
 * mixes into it. A session of another type is heard like a film or a call. Other browsers have no such thing.
 */

/** Microphones that are open, or being opened. */
let recordings = 0;

/** Returns to playback when the last microphone is closed. */
export function claimPlayback(): void {
  // With the type "playback" WebKit refuses to capture.
  setType(recordings > 0 ? "play-and-record" : "playback");
}

/** Must be called before the microphone is asked for. */
export function claimRecording(): void {
  recordings++;
  claimPlayback();
}

export function releaseRecording(): void {
  recordings--;
  claimPlayback();
}

function setType(type: "playback" | "play-and-record"): void {
  const { audioSession } = navigator as { audioSession?: { type: string } };
  if (audioSession) audioSession.type = type;
}
