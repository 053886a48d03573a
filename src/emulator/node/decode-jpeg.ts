/** Reads a JPEG into pixels, for a brain that is asked what it sees. */
import jpeg from "jpeg-js";
import type { Decode } from "../core/brain/skills/describe-image.ts";

/** More than any camera frame the Live API takes, and little enough to decode while others talk. */
const limits = { maxResolutionInMP: 4, maxMemoryUsageInMB: 128 };

/** undefined for what is no JPEG, is broken, or is too large. */
export const decodeJpeg: Decode = ({ data }) => {
  try {
    const { width, height, data: rgba } = jpeg.decode(data, { ...limits, useTArray: true });
    return { width, height, rgba };
  } catch {
    return undefined;
  }
};
