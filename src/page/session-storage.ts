/**
 * Saves what the page shows in sessionStorage, so that a reload of the tab loses nothing. The data ends with the tab:
 * it belongs to the user, not to the device.
 */
import {
  emptyCaptions,
  finalize,
  noProducts,
  type SavedCall,
} from "../../packages/client/src/index.ts";
import type { Identity } from "./identity.ts";
import type { UsageState } from "./panels/token-usage.ts";

interface SavedPage extends SavedCall {
  readonly usage?: UsageState;
  /** The microphone was on. */
  readonly spoke?: boolean;
}

/** The number is the version of the format: the page ignores what another version wrote. */
const keyOf = ({ user, session, agent }: Identity): string =>
  JSON.stringify(["parley.page.3", agent ?? "", user, session]);

export function savePage(
  identity: Identity,
  { captions, products, usage, spoke, snapshot }: SavedPage,
): void {
  const page = snapshot
    ? { captions, products, usage, spoke, snapshot }
    : { captions: finalize(captions), products, usage };
  try {
    sessionStorage.setItem(keyOf(identity), JSON.stringify(page));
  } catch {
    // Quota exceeded or storage blocked: after a reload the server sends the whole conversation.
  }
}

export function loadPage(identity: Identity): SavedPage {
  const empty = { captions: emptyCaptions, products: noProducts };
  try {
    const saved = JSON.parse(sessionStorage.getItem(keyOf(identity)) ?? "{}") as Partial<SavedPage>;
    return { ...empty, ...saved };
  } catch {
    return empty;
  }
}
