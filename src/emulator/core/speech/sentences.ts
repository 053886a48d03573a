/** Cuts what is to be said into sentences, so that the first can be spoken while the next is prepared. */

/** A sentence longer than this is cut at a comma or a space: nobody should wait for a whole paragraph. */
const LONGEST = 240;

const ABBREVIATION = /\b(?:Mr|Mrs|Ms|Dr|St|Prof|Jr|Sr|vs|etc|e\.g|i\.e|a\.m|p\.m|No)\.$/;

/** The pieces, in order; put together again they are the text, but for white space. */
export function splitSentences(text: string): string[] {
  const pieces: string[] = [];
  let held = "";
  for (const piece of text.split(/(?<=[.!?…。！？]["')\]]*)\s+|\n+/)) {
    held = held === "" ? piece : `${held} ${piece}`;
    if (ABBREVIATION.test(held)) continue;
    pieces.push(...splitLongSentence(held));
    held = "";
  }
  if (held !== "") pieces.push(...splitLongSentence(held));
  return pieces.filter((piece) => piece.trim() !== "");
}

function splitLongSentence(sentence: string): string[] {
  const text = sentence.trim();
  if (text.length <= LONGEST) return [text];
  const comma = text.lastIndexOf(", ", LONGEST);
  const space = text.lastIndexOf(" ", LONGEST);
  const cut = comma > LONGEST / 3 ? comma + 1 : space > 0 ? space : LONGEST;
  return [text.slice(0, cut), ...splitLongSentence(text.slice(cut))];
}
