/**
 * A conversation moves: to an object elsewhere, when the model's service does not serve the region of this one.
 *
 *     old object ── inherit, part by part, until nothing is new ──► other object
 *         └── moved: its name; nothing else is left
 */
import { agents } from "../agents/index.ts";
import { readConfig } from "../config.ts";
import type { ClientError } from "../core/errors.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import { migratedName, inJurisdiction } from "../placement.ts";
import type { ArtifactStore, ArtifactVersion } from "../store/artifacts.ts";
import type { ExportedRow, EventLog } from "../store/event-log.ts";

/** A part of what moves. */
export interface Estate {
  /** The first part: what is there already, from a move that failed, is replaced. */
  readonly first: boolean;
  /** As it is by now; undefined while it is as it was in an earlier part. */
  readonly memory: Memory | undefined;
  readonly rows: readonly ExportedRow[];
  /** A version of a file. */
  readonly file: { readonly version: ArtifactVersion; readonly bytes: Uint8Array } | undefined;
}

interface Memory {
  /** The session's own, and what others shall share and the directory was not told yet. */
  readonly state: StateDelta;
  /** What else the object knew by heart: who leads, and its places in time. */
  readonly known: Record<string, unknown>;
}

interface NewHome {
  inherit(estate: Estate): Promise<void>;
  delete(): Promise<void>;
}

interface Place {
  readonly name: string;
  readonly home: NewHome;
}

const movedName = "moved";
/** What another object needs of this one's keys; a session of the old region is not to be resumed. */
const inherited = ["born", "lead", "epoch", "first epoch", "guest setup", "call"];

export const movedTo = (storage: DurableObjectStorage): string | undefined =>
  storage.kv.get<string>(movedName);

/** What is taken along, and who is told. */
export interface Leaving {
  readonly log: EventLog;
  readonly artifacts: ArtifactStore;
  readonly state: () => StateDelta;
  /** Whether there is a conversation: it may be deleted on its way. */
  readonly exists: () => boolean;
  readonly moved: () => void;
  /** The other object cannot be reached. */
  readonly stayed: (problem: ClientError) => void;
}

/** Once, when the service does not serve this region: clients come back to the same address, and find it. */
export class Removal {
  readonly #object: DurableObjectState;
  readonly #env: Env;
  readonly #leaving: Leaving;
  /** It is on its way, or gone: another refusal begins nothing. */
  #moves = false;

  constructor(object: DurableObjectState, env: Env, leaving: Leaving) {
    this.#object = object;
    this.#env = env;
    this.#leaving = leaving;
  }

  /** @returns whether it moves. */
  away(problem: ClientError): boolean {
    const { id } = this.#object;
    const name = migratedName(id.name ?? "[]");
    if (problem.code !== "LOCATION_REFUSED" || name === undefined) return false;
    if (this.#moves) return true;
    this.#moves = true;
    const { jurisdiction, fallbackLocation } = readConfig(this.#env, agents);
    const homes = inJurisdiction<NewHome>(this.#env.CONVERSATION, jurisdiction);
    const home = homes.getByName(name, { locationHint: fallbackLocation });
    void this.#go({ name, home }, problem);
    return true;
  }

  async #go(where: Place, problem: ClientError): Promise<void> {
    const { moved, stayed } = this.#leaving;
    try {
      this.#moves = await moveOut(this.#object.storage, this.#leaving, where);
      if (this.#moves) moved();
    } catch {
      this.#moves = false;
      stayed(problem);
    }
  }
}

/** What the other object has by now. */
interface Sent {
  readonly first: boolean;
  /** As text, to be compared. */
  readonly memory: string;
  readonly born: unknown;
  readonly files: readonly string[];
  /** The last row. */
  readonly after: number;
}

const nothing: Sent = { first: true, memory: "", born: undefined, files: [], after: 0 };

/**
 * Takes everything to another object, and leaves its name. People go on meanwhile: it is done when nothing is new.
 * @returns false when it was deleted on the way.
 * @throws Error when the other object cannot be reached; then everything is as it was.
 */
async function moveOut(
  storage: DurableObjectStorage,
  leaving: Leaving,
  { name, home }: Place,
): Promise<boolean> {
  for (let sent = nothing; ;) {
    if (!leaving.exists()) {
      await home.delete();
      if (!leaving.exists()) return false;
      sent = nothing;
    }
    const next = nextPart(storage, leaving, sent);
    if (!next) break;
    await home.inherit(next.part);
    sent = next.sent;
  }
  // Nothing may wait between the last look and this.
  storage.transactionSync(() => {
    leaving.log.deleteAll();
    leaving.artifacts.deleteAll();
    for (const [key] of storage.kv.list()) if (key !== "schema") storage.kv.delete(key);
    storage.kv.put(movedName, name);
  });
  return true;
}

/** Files come first, since rows name them. @returns undefined when the other object has everything. */
function nextPart(
  storage: DurableObjectStorage,
  { log, artifacts, state }: Leaving,
  sent: Sent,
): { readonly part: Estate; readonly sent: Sent } | undefined {
  const known = Object.fromEntries(
    inherited.map((key): [string, unknown] => [key, storage.kv.get(key)]),
  );
  const versions = artifacts.names().flatMap((each) => artifacts.versions(each));
  const { first, files, after, ...before } = still(sent, known["born"], versions) ? sent : nothing;
  const version = versions.find((each) => !files.includes(keyOf(each)));
  const rows = version ? [] : log.exportRows(after);
  const memory = { state: state(), known };
  const text = JSON.stringify(memory);
  const isNew = text !== before.memory;
  if (!version && rows.length === 0 && !isNew) return undefined;
  const bytes = version && artifacts.load(version.name, version.version)?.bytes;
  return {
    part: {
      first,
      memory: isNew ? memory : undefined,
      rows,
      file: version && { version, bytes: bytes ?? new Uint8Array() },
    },
    sent: {
      first: false,
      memory: text,
      born: known["born"],
      files: version ? [...files, keyOf(version)] : files,
      after: rows.at(-1)?.seq ?? after,
    },
  };
}

/** Whether what was sent is a part of what there is: files may be removed, and a conversation begun anew. */
function still(
  { first, born, files }: Sent,
  now: unknown,
  versions: readonly ArtifactVersion[],
): boolean {
  const there = new Set(versions.map(keyOf));
  return first || (born === now && files.every((each) => there.has(each)));
}

const keyOf = ({ name, version, created }: ArtifactVersion): string =>
  JSON.stringify([name, version, created]);

/** Keeps a part of what another object was. The state is its dossier's to keep. */
export function moveIn(
  storage: DurableObjectStorage,
  log: EventLog,
  artifacts: ArtifactStore,
  { first, memory, rows, file }: Estate,
): void {
  storage.transactionSync(() => {
    if (first) log.deleteAll();
    if (first) artifacts.deleteAll();
    for (const [key, value] of Object.entries(memory?.known ?? {}))
      if (value === undefined) storage.kv.delete(key);
      else storage.kv.put(key, value);
    log.importRows(rows);
  });
  if (file) artifacts.importVersion(file.version, file.bytes);
}
