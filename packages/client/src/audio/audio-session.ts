/**
 * The audio session of iOS. The page's sound counts as ambient there: the ring switch silences it, and another app's music
 * mixes into it. A session of another type is heard like a call or a film. Other browsers have no such thing.
 */

/** `play-and-record` while the microphone is open: with `playback` WebKit refuses to capture. */
type AudioSessionType = "playback" | "play-and-record";

export function claimAudioSession(type: AudioSessionType): void {
  const { audioSession } = navigator as { audioSession?: { type: string } };
  if (audioSession) audioSession.type = type;
}
