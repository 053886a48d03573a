/** Keeps the transcript over a reload of this tab, and no longer: it is the person's, not the device's. */
import { noCaptions, settle, type Caption, type Captions } from "./captions.ts";
import type { Identity } from "./identity.ts";

const key = ({ user, session, agent }: Identity): string =>
  JSON.stringify(["parley.captions", agent ?? "", user, session]);

export function keepCaptions(identity: Identity, captions: Captions): void {
  try {
    sessionStorage.setItem(key(identity), JSON.stringify(settle(captions).list));
  } catch {
    // No room, or not allowed: then a reload starts with an empty page.
  }
}

export function keptCaptions(identity: Identity): Captions {
  try {
    const list: Caption[] = JSON.parse(sessionStorage.getItem(key(identity)) ?? "[]");
    const nextId = Math.max(0, ...list.map(({ id }) => id)) + 1;
    const turn = Math.max(0, ...list.map(({ turn }) => turn)) + 1;
    return { ...noCaptions, list, nextId, turn };
  } catch {
    return noCaptions;
  }
}
