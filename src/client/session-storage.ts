/** Keeps the transcript, and what was shown, over a reload of this tab, and no longer: it is the person's, not the device's. */
import { noCaptions, settle, type Captions } from "./captions.ts";
import type { Place } from "./connection.ts";
import { noGoods, type Goods } from "./products.ts";
import type { Identity } from "./identity.ts";

export interface Kept {
  readonly captions: Captions;
  readonly goods: Goods;
}

/** What a page had when it was left, and where it was, if it had not hung up. */
export interface Keepsake extends Kept {
  readonly place?: Place;
}

/** Written by another version of this page, it is not read. */
const key = ({ user, session, agent }: Identity): string =>
  JSON.stringify(["parley.kept.2", agent ?? "", user, session]);

export function keep(identity: Identity, { captions, goods, place }: Keepsake): void {
  const kept = place ? { captions, goods, place } : { captions: settle(captions), goods };
  try {
    sessionStorage.setItem(key(identity), JSON.stringify(kept));
  } catch {
    // No room, or not allowed: then the server tells all of it again.
  }
}

export function kept(identity: Identity): Keepsake {
  const nothing = { captions: noCaptions, goods: noGoods };
  try {
    const found = JSON.parse(sessionStorage.getItem(key(identity)) ?? "{}") as Partial<Keepsake>;
    return { ...nothing, ...found };
  } catch {
    return nothing;
  }
}
