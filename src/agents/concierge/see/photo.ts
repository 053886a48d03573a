/** Decodes photos. */
// oxlint-disable-next-line typescript/triple-slash-reference -- it declares a module, so nothing can be imported from it
/// <reference path="../../jpeg-decoder.d.ts" />
import decode from "jpeg-js/lib/decoder.js";
import type { Pixels } from "../draw/pixels.ts";

/** Above the size of the page's camera frames, within a Worker's memory. */
const limits = { maxResolutionInMP: 4, maxMemoryUsageInMB: 64 };

/** @param base64 standard base64. @returns undefined for data that is no JPEG, corrupt, or too large. */
export function photoOf(base64: string): Pixels | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const { width, height, data } = decode(bytes, { ...limits, useTArray: true });
    return { width, height, rgba: data };
  } catch {
    return undefined;
  }
}
