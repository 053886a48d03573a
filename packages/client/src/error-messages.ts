/** Error messages for display: the failure and the next step. */
import { refusedWorkletSource } from "./audio/worklets.ts";
import type { BudgetUse } from "./connection/connection.ts";
import type { CallError } from "./call-events.ts";

export type NamedDevice = "microphone" | "camera" | "screen" | "speaker";

/** @param error as thrown by `openMicrophone`, `openCamera` or `openScreen`. */
export const deviceError = (device: NamedDevice, error: unknown): CallError => ({
  code: error instanceof Error || error instanceof DOMException ? error.name : "Error",
  message: describeDeviceError(device, error),
});

function describeDeviceError(device: NamedDevice, error: unknown): string {
  const alternative = device === "microphone" ? " You can type meanwhile." : "";
  if (!("navigator" in globalThis && "mediaDevices" in navigator) && !("document" in globalThis))
    return `There is no ${device} here: only a browser has devices. Send text, pictures and audio by sendText, sendImage and sendAudio.`;
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      // The browser's dialog was closed, which it need not explain.
      if (device === "screen") return "The screen is not shared. To share it, choose it again.";
      return `The ${device} is not allowed. Allow it in the browser's address bar, then try again.${alternative}`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `No ${device} was found. Plug one in, then try again.${alternative}`;
    case "NotReadableError":
    case "AbortError":
      return `The ${device} is busy or does not answer. Close other programs that use it, then try again.${alternative}`;
    case "NotSupportedError":
      return `This browser cannot open the ${device}.${alternative}`;
    case "SecurityError":
      return isInsecure()
        ? insecureContextMessage
        : `The ${device} is switched off for this page.${alternative}`;
    case "WorkletError":
      return describeRefusedWorklet(error instanceof DOMException ? error.message : "");
    case "InactiveError":
      return `The browser did not start the sound. Tap once more.${alternative}`;
    default:
      return `The ${device} could not be opened.${alternative}`;
  }
}

export const describeDeviceLoss = (device: NamedDevice): string =>
  device === "screen"
    ? "The screen is no longer shared."
    : `The ${device} was disconnected. Plug it in again, or choose another, then try again.`;

/** Without a secure context browsers have no devices and no AudioWorklet. */
const isInsecure = (): boolean => !globalThis.isSecureContext;

const insecureContextMessage =
  "The microphone, the camera and the sound work only over https. You can type meanwhile.";

/** The page cannot play the agent's speech. */
export function describeSilence(): CallError {
  // There is no AudioWorklet then, which would look like a worklet that could not be loaded.
  if (isInsecure()) return { code: "SecurityError", message: insecureContextMessage };
  const refused = refusedWorkletSource();
  return refused === undefined
    ? {
        code: "SILENT",
        message: "The browser keeps the sound off. Tap the round button once more.",
      }
    : { code: "WorkletError", message: describeRefusedWorklet(refused) };
}

/** A Blob fails by a policy alone; a file by the network, too. */
function describeRefusedWorklet(source: string): string {
  const reason =
    source === "blob:"
      ? "This page's Content-Security-Policy does not allow the sound."
      : "The sound could not be loaded. Check the network, and tap once more.";
  return `${reason} The author of a page with such a policy adds ${source} to script-src. You can type meanwhile.`;
}

const budgets = { conversation: "this conversation", day: "this day", token: "this token" };

export const describeBudget = ({ scope, used }: Pick<BudgetUse, "scope" | "used">): string =>
  `${Math.round(100 * used)} % of the budget of ${budgets[scope]} is used. When all of it is, the conversation ends.`;

export const outboxFullMessage =
  "Too many messages are waiting for the connection. This one was not taken; send it again later.";

/** @param label of the device in its place, if known. */
export const describeReplacement = (device: NamedDevice, label: string): string =>
  `The ${device} was disconnected. The call goes on with ${label || "the system's default"}. Choose another in the list of devices.`;

export const describeWithheld = (): string =>
  "The system has taken the microphone, perhaps for a phone call. It comes back by itself; you can type meanwhile.";

export const describeTurnTakingError = (): string =>
  "The voice detector could not be loaded. Turns are taken as before. Check that its files are on the server, then choose it again.";
