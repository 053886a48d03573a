/** Decodes JPEG frames into pixels for the brain. */
import jpeg from "jpeg-js";
import type { Decode } from "../core/brain/skills/describe-image.ts";

/** Above any camera frame of the Live API, and fast enough not to stall other sessions. */
const limits = { maxResolutionInMP: 4, maxMemoryUsageInMB: 128 };

/** @returns undefined when the data is no JPEG, malformed or too large. */
export const decodeJpeg: Decode = ({ data }) => {
  try {
    const { width, height, data: rgba } = jpeg.decode(data, { ...limits, useTArray: true });
    return { width, height, rgba };
  } catch {
    return undefined;
  }
};
