/** Splits text into sentences, so that the first can be spoken while the next is synthesized. */

/** Splits longer sentences at a comma or space, because the first audio waits for the whole sentence. */
const MAX_LENGTH = 240;

const ABBREVIATION = /\b(?:Mr|Mrs|Ms|Dr|St|Prof|Jr|Sr|vs|etc|e\.g|i\.e|a\.m|p\.m|No)\.$/;

/** The pieces in order; joined they equal the text, except for white space. */
export function splitSentences(text: string): string[] {
  const pieces: string[] = [];
  let pending = "";
  for (const piece of text.split(/(?<=[.!?…。！？]["')\]]*)\s+|\n+/)) {
    pending = pending === "" ? piece : `${pending} ${piece}`;
    if (ABBREVIATION.test(pending)) continue;
    pieces.push(...splitLongSentence(pending));
    pending = "";
  }
  if (pending !== "") pieces.push(...splitLongSentence(pending));
  return pieces.filter((piece) => piece.trim() !== "");
}

function splitLongSentence(sentence: string): string[] {
  const text = sentence.trim();
  if (text.length <= MAX_LENGTH) return [text];
  const comma = text.lastIndexOf(", ", MAX_LENGTH);
  const space = text.lastIndexOf(" ", MAX_LENGTH);
  const cut = comma > MAX_LENGTH / 3 ? comma + 1 : space > 0 ? space : MAX_LENGTH;
  return [text.slice(0, cut), ...splitLongSentence(text.slice(cut))];
}
