/**
 * The audio session of iOS. The page's sound counts as ambient there: the ring switch silences it, and another app's music
 * mixes into it. A session of another type is heard like a film or a call. Other browsers have no such thing.
 */

type SessionType = "playback" | "play-and-record";

/** One for each player and each microphone that is open, or being opened. */
const claims = new Set<{ readonly type: SessionType }>();
/** The page's own type. */
let before: string | undefined;

/**
 * Must be called before the microphone is asked for: with the type "playback" WebKit refuses to capture. So the page's own
 * type returns with the end of the last one.
 * @returns gives it back.
 */
export function claimAudioSession(type: SessionType): () => void {
  const claim = { type };
  claims.add(claim);
  setType();
  return () => {
    if (claims.delete(claim)) setType();
  };
}

function setType(): void {
  const { audioSession } = navigator as { audioSession?: { type: string } };
  if (!audioSession) return;
  before ??= audioSession.type;
  const types = [...claims].map(({ type }) => type);
  audioSession.type = types.find((type) => type === "play-and-record") ?? types[0] ?? before;
  if (types.length === 0) before = undefined;
}
