/**
 * Text frames that hold one piece of audio and nothing else: most frames of many clients. `JSON.parse` and the validators
 * would make a dozen objects of each; here the base64 is found by the text around it. All other frames, and all that is
 * not quite right, are left to the full parser.
 */
import { decodeShared } from "../wire/base64.ts";
import { parsePcmRate } from "../wire/pcm.ts";

/** The text around the two fields of a piece of audio, `data` and `mimeType`, which may come in either order. */
export class AudioFrameForm {
  readonly #dataHead: RegExp;
  readonly #dataTail: RegExp;
  readonly #typeHead: RegExp;
  readonly #typeTail: RegExp;

  /** @param before and @param after the fields: regular expressions in which a space stands for any white space. */
  constructor(before: string, after: string) {
    const type = String.raw`"mime(?:Type|_type)" : "(audio/pcm(?:;rate=\d{4,6})?)"`;
    this.#dataHead = jsonPattern(`${before} "data" : "`);
    this.#dataTail = jsonPattern(`" , ${type} ${after} $`);
    this.#typeHead = jsonPattern(`${before} ${type} , "data" : "`);
    this.#typeTail = jsonPattern(`" ${after} $`);
  }

  /**
   * @returns its PCM, in memory that the next frame uses again, and its rate in samples per second; undefined if the full
   *     parser must decide.
   */
  read(text: string): { readonly pcm: Uint8Array; readonly rate: number } | undefined {
    return (
      readFields(text, this.#dataHead, this.#dataTail) ??
      readFields(text, this.#typeHead, this.#typeTail)
    );
  }
}

function readFields(text: string, head: RegExp, tail: RegExp): ReturnType<AudioFrameForm["read"]> {
  head.lastIndex = 0;
  const [matched, typeBefore] = head.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const end = text.indexOf('"', matched.length);
  tail.lastIndex = Math.max(0, end);
  const [, typeBehind] = tail.exec(text) ?? [undefined];
  const rate = parsePcmRate(typeBefore ?? typeBehind ?? "");
  if (end < 0 || tail.lastIndex !== text.length || rate === undefined) return undefined;
  const pcm = decodeShared(text.slice(matched.length, end));
  return pcm && { pcm, rate };
}

/** Without white space at the ends. @param pattern a regular expression in which a space stands for any white space of JSON. */
function jsonPattern(pattern: string): RegExp {
  return new RegExp(pattern.replaceAll(" ", String.raw`[ \t\n\r]*`), "y");
}
