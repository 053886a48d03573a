/**
 * A conversation moves: to an object elsewhere, when the model's service does not serve the region of this one.
 *
 *     old object ── inherit, page by page ──► other object
 *         └── moved: its name; nothing else is left
 */
import { agents } from "../agents/index.ts";
import { readConfig } from "../config.ts";
import type { Problem } from "../core/problem.ts";
import { otherName, within } from "../homes.ts";
import type { Artifacts, Version } from "../store/artifacts.ts";
import type { Carried, Log } from "../store/log.ts";

/** A part of what moves. */
export interface Estate {
  /** The first part: what is there already, from a move that failed, is replaced. */
  readonly first: boolean;
  readonly state: Record<string, unknown>;
  /** What else the object knew by heart: who leads, and its places in time. */
  readonly known: Record<string, unknown>;
  readonly rows: readonly Carried[];
  /** A version of a file. */
  readonly file?: { readonly version: Version; readonly bytes: Uint8Array };
}

interface NewHome {
  inherit(estate: Estate): Promise<void>;
}

const movedName = "moved";
/** What another object needs of this one's keys; a session of the old region is not to be resumed. */
const inherited = ["born", "lead", "epoch", "first epoch", "guest setup", "call"];

export const movedTo = (storage: DurableObjectStorage): string | undefined =>
  storage.kv.get<string>(movedName);

/** What is taken along, and who is told. */
export interface Leaving {
  readonly log: Log;
  readonly artifacts: Artifacts;
  /** The session's own state. */
  readonly state: () => Record<string, unknown>;
  readonly moved: () => void;
  /** The other object cannot be reached. */
  readonly stayed: () => void;
}

/**
 * Once, when the service does not serve this region: clients come back to the same address, and find it.
 * @returns whether it moves.
 */
export function moveAway(
  { id, storage }: DurableObjectState,
  env: Env,
  { code }: Problem,
  { log, artifacts, state, moved, stayed }: Leaving,
): boolean {
  const name = otherName(id.name ?? "[]");
  if (code !== "LOCATION_REFUSED" || name === undefined) return false;
  const { jurisdiction, refuge } = readConfig(env, agents);
  const homes = within<NewHome>(env.CONVERSATION, jurisdiction);
  const home = homes.getByName(name, { locationHint: refuge });
  void moveOut(storage, { log, artifacts }, state(), { name, home }).then(moved, stayed);
  return true;
}

/**
 * Takes everything to another object, and leaves its name.
 * @throws Error when it cannot be reached; then everything is as it was.
 */
async function moveOut(
  storage: DurableObjectStorage,
  { log, artifacts }: Pick<Leaving, "log" | "artifacts">,
  state: Record<string, unknown>,
  { name, home }: { readonly name: string; readonly home: NewHome },
): Promise<void> {
  const known = Object.fromEntries(
    inherited.flatMap((key) => {
      const value: unknown = storage.kv.get(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
  let after = 0;
  for (let first = true, more = true; more; first = false) {
    const rows = log.carry(after);
    await home.inherit({ first, state, known, rows });
    more = rows.length > 0;
    after = rows.at(-1)?.seq ?? after;
  }
  for (const version of artifacts.names().flatMap((each) => artifacts.versions(each))) {
    const bytes = artifacts.load(version.name, version.version)?.bytes ?? new Uint8Array();
    await home.inherit({ first: false, state, known, rows: [], file: { version, bytes } });
  }
  storage.transactionSync(() => {
    log.clear();
    artifacts.clear();
    for (const [key] of storage.kv.list()) if (key !== "schema") storage.kv.delete(key);
    storage.kv.put(movedName, name);
  });
}

/** Keeps a part of what another object was. The state is its dossier's to keep. */
export function moveIn(
  storage: DurableObjectStorage,
  log: Log,
  artifacts: Artifacts,
  estate: Estate,
): void {
  storage.transactionSync(() => {
    if (estate.first) log.clear();
    if (estate.first) artifacts.clear();
    for (const [key, value] of Object.entries(estate.known)) storage.kv.put(key, value);
    log.adopt(estate.rows);
  });
  if (estate.file) artifacts.adopt(estate.file.version, estate.file.bytes);
}
