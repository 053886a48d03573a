/**
 * Saves what the page shows in sessionStorage, so that a reload of the tab loses nothing. The data ends with the tab:
 * it belongs to the user, not to the device.
 */
import type { SavedContent } from "../../packages/client/src/voice-session.ts";
import type { ConnectionSnapshot } from "../../packages/client/src/connection/connection.ts";
import type { UsageState } from "./panels/token-usage.ts";
import type { Identity } from "./identity.ts";
import { emptyCaptions, finalize } from "../../packages/client/src/state/captions.ts";
import { noProducts } from "../../packages/client/src/state/products.ts";

interface SavedPage extends SavedContent {
  readonly usage?: UsageState;
  /** Absent after a close: the page has nothing to resume. */
  readonly snapshot?: ConnectionSnapshot;
}

/** The number is the version of the format: the page ignores what another version wrote. */
const keyOf = ({ user, session, agent }: Identity): string =>
  JSON.stringify(["parley.page.3", agent ?? "", user, session]);

export function savePage(
  identity: Identity,
  { captions, products, usage, snapshot }: SavedPage,
): void {
  const page = snapshot
    ? { captions, products, usage, snapshot }
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
