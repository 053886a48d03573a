/** Makes the call of a page: what its address asks for, where an earlier page stopped, and a log of the frames. */
import {
  createCall,
  type Call,
  type SavedCall,
  type SessionSettings,
} from "../../packages/client/src/index.ts";
import { readRequestedRole, readTurnTaking, readWantsOpus, type Identity } from "./identity.ts";
import type { PageSettings } from "./settings.ts";
import type { FrameLog } from "./panels/frame-log.ts";

interface PageCallOptions {
  readonly identity: Identity;
  readonly page: Pick<PageSettings, "devices" | "processing" | "turnTaking">;
  readonly settings: SessionSettings;
  readonly saved: SavedCall;
  readonly getToken: () => string | undefined;
  readonly log: FrameLog;
}

export function createPageCall({ identity, log, page, ...options }: PageCallOptions): Call {
  const query = new URLSearchParams(location.search);
  const role = readRequestedRole(query);
  const call = createCall({
    ...identity,
    ...(role && { role }),
    ...options,
    worklets: "/assets/",
    opus: readWantsOpus(query),
    devices: page.devices,
    turnTaking: readTurnTaking(query) ?? page.turnTaking,
  });
  void call.microphone.setProcessing(page.processing);
  call.watchFrames((frame) => {
    if (frame.direction === "local") log.addLocal(frame.what);
    else log.add(frame.direction, frame.data);
  });
  return call;
}
