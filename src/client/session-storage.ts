/** Keeps the transcript, and what was shown, over a reload of this tab, and no longer: it is the person's, not the device's. */
import { emptyCaptions, finalize, type Captions } from "./state/captions.ts";
import type { ConnectionSnapshot } from "./connection/connection.ts";
import { noProducts, type Products } from "./state/products.ts";
import type { Identity } from "./identity.ts";

export interface SavedContent {
  readonly captions: Captions;
  readonly goods: Products;
}

/** What a page had when it was left, and where it was, if it had not hung up. */
export interface SavedPage extends SavedContent {
  readonly place?: ConnectionSnapshot;
}

/** Written by another version of this page, it is not read. */
const key = ({ user, session, agent }: Identity): string =>
  JSON.stringify(["parley.kept.2", agent ?? "", user, session]);

export function savePage(identity: Identity, { captions, goods, place }: SavedPage): void {
  const kept = place ? { captions, goods, place } : { captions: finalize(captions), goods };
  try {
    sessionStorage.setItem(key(identity), JSON.stringify(kept));
  } catch {
    // No room, or not allowed: then the server tells all of it again.
  }
}

export function loadPage(identity: Identity): SavedPage {
  const nothing = { captions: emptyCaptions, goods: noProducts };
  try {
    const found = JSON.parse(sessionStorage.getItem(key(identity)) ?? "{}") as Partial<SavedPage>;
    return { ...nothing, ...found };
  } catch {
    return nothing;
  }
}
