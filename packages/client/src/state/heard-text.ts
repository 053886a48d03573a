/**
 * How much of an answer's text was heard. The text arrives faster than the voice plays, in an order of its own, and no
 * frame says which word is where. So the text of an answer is spread evenly over its audio; while more of both may come,
 * it goes no faster than people speak.
 */

/** A caption under way, on the axis of all audio that was given to the player, ms. */
export interface HeardCaption {
  readonly id: number;
  /** Where its audio begins. */
  readonly fromMs: number;
  /** Where its audio ends; absent while more may come. */
  readonly toMs?: number;
  /** When its first text came, by the page's clock, ms. */
  readonly since: number;
}

interface Playback {
  readonly receivedMs: number;
  readonly playedMs: number;
  /** By the page's clock, ms. */
  readonly now: number;
}

/** Fast speech: Latin letters, and scripts that write a syllable as a sign. */
const maxCharactersPerMs = 0.019;
const maxSyllablesPerMs = 0.0065;
/** Text without audio waits for it this long: some services send it first, ms. */
const patienceMs = 400;
/** A word is shown with its first sound, and a reader needs a moment, ms. */
const leadMs = 120;

const syllabic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** @returns the number of characters of `text` that were heard; all of them if no audio is left to hear. */
export function heardCharacters(
  text: string,
  caption: HeardCaption,
  { receivedMs, playedMs, now }: Playback,
): number {
  const endMs = caption.toMs ?? receivedMs;
  const audioMs = endMs - caption.fromMs;
  const mayComeYet = caption.toMs === undefined && now - caption.since < patienceMs;
  if (audioMs <= 0) return mayComeYet ? 0 : text.length;
  if (playedMs >= endMs) return text.length;
  const even = text.length / audioMs;
  const fastest = syllabic.test(text) ? maxSyllablesPerMs : maxCharactersPerMs;
  const rate = caption.toMs === undefined ? Math.min(even, fastest) : even;
  return endOfWord(text, Math.max(0, playedMs - caption.fromMs + leadMs) * rate);
}

/** Without the audio: what a listener has heard of a text after `heardMs`, at a usual pace. */
export function estimateHeard(text: string, heardMs: number): number {
  const rate = syllabic.test(text) ? 0.0045 : 0.0145;
  return endOfWord(text, heardMs * rate);
}

function endOfWord(text: string, position: number): number {
  if (position >= text.length) return text.length;
  const at = Math.floor(position);
  if (syllabic.test(text)) return at;
  const rest = text.slice(at).search(/\s/);
  return rest < 0 ? text.length : at + rest;
}
