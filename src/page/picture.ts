/** Pictures that the user chooses, pastes or drops: found in what the browser hands over, and made small enough to send. */

import type { Call } from "../../packages/client/src/index.ts";
import type { PageNoticeName } from "./page-notice.ts";

/** A model reads no more detail, and a frame may have 1 MiB: this is a third of it at most. */
const maxSide = 1_536;
const quality = 0.85;

/** Takes pictures that are pasted into the page, or dropped on it. @returns stops. */
export function watchPictures(document: Document, take: (picture: File) => void): () => void {
  const stop = new AbortController();
  const found = (picture: File | undefined): void => {
    if (picture) take(picture);
  };
  const { signal } = stop;
  document.addEventListener("paste", (event) => found(pictureIn(event.clipboardData)), { signal });
  // Without this the browser would open the file in place of the page.
  document.addEventListener("dragover", (event) => event.preventDefault(), { signal });
  document.addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      found(pictureIn(event.dataTransfer));
    },
    { signal },
  );
  return () => stop.abort();
}

/** The first picture; undefined if there is none. */
const pictureIn = (transfer: DataTransfer | null): File | undefined =>
  [...(transfer?.files ?? [])].find(({ type }) => type.startsWith("image/"));

/** @returns the notice for the user if the picture was not sent; undefined if it was. */
export async function sendPicture(call: Call, picture: Blob): Promise<PageNoticeName | undefined> {
  const jpeg = await toJpeg(picture).catch(() => undefined);
  if (!jpeg) return "unreadablePicture";
  const { connection, listenOnly } = call.state;
  if (connection.status !== "open" || listenOnly) return "pictureNotSent";
  call.sendImage(jpeg, "image/jpeg", true);
  return undefined;
}

/** @throws a DOMException if the browser cannot read the picture. */
async function toJpeg(picture: Blob): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.min(1, maxSide / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  // JPEG has no transparency: what shines through is white, as on paper.
  if (context) context.fillStyle = "#fff";
  context?.fillRect(0, 0, canvas.width, canvas.height);
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const jpeg = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", quality),
  );
  if (!jpeg) throw new DOMException("The browser made no JPEG.", "EncodingError");
  return new Uint8Array(await jpeg.arrayBuffer());
}
