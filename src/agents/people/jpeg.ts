/** Decodes camera frames. A frame of 768 × 576 takes tens of milliseconds. */
import jpeg from "jpeg-js";
import { fromBase64 } from "../../wire/base64.ts";
import type { Picture } from "./skin.ts";

/** Above the size of any camera frame. The decoder throws beyond it. */
const limits = { maxResolutionInMP: 2, maxMemoryUsageInMB: 64 };

/** @returns undefined for a frame that is no JPEG, corrupt, or too large. */
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
