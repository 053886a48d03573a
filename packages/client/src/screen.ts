/** Shares the screen, a window or a tab: the same pictures as of the camera. */
import { toCamera, type Camera, type CameraEvents } from "./camera.ts";

/**
 * Opens the browser's dialog. Must be called from a user gesture.
 * @throws a DOMException with the names of getDisplayMedia; "NotSupportedError" where there is none, as on phones.
 */
export async function openScreen(_front: boolean, events: CameraEvents): Promise<Camera> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) throw new DOMException("not a secure context", "SecurityError");
  if (!("getDisplayMedia" in devices)) throw new DOMException("no screen", "NotSupportedError");
  // The model gets one picture a second.
  const stream = await devices.getDisplayMedia({ video: { frameRate: { max: 5 } }, audio: false });
  return toCamera(stream, { front: false, canSwitch: false }, events);
}
