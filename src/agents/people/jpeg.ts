/** A camera frame as pixels. A frame of 768 × 576 costs the thread tens of milliseconds, so not every one is read. */
import jpeg from "jpeg-js";
import { fromBase64 } from "../../wire/base64.ts";
import type { Picture } from "./skin.ts";

/** More than a camera frame has any use for here; the decoder refuses the rest. */
const limits = { maxResolutionInMP: 2, maxMemoryUsageInMB: 64 };

/** undefined for what is no JPEG, is broken, or is too large. */
export function readJpeg({
  mimeType,
  data,
}: {
  mimeType: string;
  data: string;
}): Picture | undefined {
  const bytes = mimeType === "image/jpeg" ? fromBase64(data) : undefined;
  if (!bytes) return undefined;
  try {
    const { width, height, data: rgba } = jpeg.decode(bytes, { ...limits, useTArray: true });
    return { width, height, rgba };
  } catch {
    return undefined;
  }
}
