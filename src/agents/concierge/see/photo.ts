/** Reads a camera's JPEG into pixels. */
import jpeg from "jpeg-js";
import type { Pixels } from "../draw/pixels.ts";

/** More than the page's camera sends, and little enough for a Worker's memory. */
const limits = { maxResolutionInMP: 4, maxMemoryUsageInMB: 64 };

/** @param base64 standard base64. @returns undefined for what is no JPEG, is broken, or is too large. */
export function photoOf(base64: string): Pixels | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const { width, height, data } = jpeg.decode(bytes, { ...limits, useTArray: true });
    return { width, height, rgba: data };
  } catch {
    return undefined;
  }
}
