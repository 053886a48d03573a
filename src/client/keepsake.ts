/** Keeps the transcript, and what was shown, over a reload of this tab, and no longer: it is the person's, not the device's. */
import { noCaptions, settle, type Caption, type Captions } from "./captions.ts";
import { noGoods, type Goods } from "./goods.ts";
import type { Identity } from "./identity.ts";

export interface Kept {
  readonly captions: Captions;
  readonly goods: Goods;
}

type What = "captions" | "goods";

const key = (what: What, { user, session, agent }: Identity): string =>
  JSON.stringify([`parley.${what}`, agent ?? "", user, session]);

export function keep(identity: Identity, { captions, goods }: Kept): void {
  put("captions", identity, settle(captions).list);
  put("goods", identity, goods);
}

export const kept = (identity: Identity): Kept => ({
  captions: keptCaptions(identity),
  goods: { ...noGoods, ...(get("goods", identity) as Goods | undefined) },
});

function put(what: What, identity: Identity, value: object): void {
  try {
    sessionStorage.setItem(key(what, identity), JSON.stringify(value));
  } catch {
    // No room, or not allowed: then a reload starts with an empty page.
  }
}

function get(what: What, identity: Identity): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key(what, identity)) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

function keptCaptions(identity: Identity): Captions {
  const list = (get("captions", identity) as Caption[] | undefined) ?? [];
  const nextId = Math.max(0, ...list.map(({ id }) => id)) + 1;
  const turn = Math.max(0, ...list.map(({ turn }) => turn)) + 1;
  return { ...noCaptions, list, nextId, turn };
}
