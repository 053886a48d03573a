/** Camera frames of the size the page sends (768 × 576), with shapes and some grain: ten scenes, each encoded once. */
import jpeg from "jpeg-js";

const width = 768;
const height = 576;

const encoded = new Map<number, string>();

/** @returns the JPEG as base64, some 60 KB. */
export function photo(number: number): string {
  const scene = number % 10;
  const known = encoded.get(scene);
  if (known !== undefined) return known;
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < data.length; at++) {
    const x = (at >> 2) % width;
    const y = Math.floor((at >> 2) / width);
    const grain = ((at * 2_654_435_761) >>> 28) - 8;
    data[at] =
      128 + 60 * Math.sin((x + 30 * scene) / 40) + 50 * Math.sin(y / 25 + (at & 3)) + grain;
  }
  const text = jpeg.encode({ width, height, data }, 85).data.toString("base64");
  encoded.set(scene, text);
  return text;
}
