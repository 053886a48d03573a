/** Decodes camera frames. A frame of 768 × 576 takes tens of milliseconds. */
// oxlint-disable-next-line typescript/triple-slash-reference -- it declares a module, so nothing can be imported from it
/// <reference path="../jpeg-decoder.d.ts" />
import decode from "jpeg-js/lib/decoder.js";
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
    const { width, height, data: rgba } = decode(bytes, { ...limits, useTArray: true });
    return { width, height, rgba };
  } catch {
    return undefined;
  }
}
