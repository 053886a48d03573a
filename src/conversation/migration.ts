/**
 * Migrates a conversation to an object in another region if the model's service does not serve this object's region.
 *
 *     old object ── takeOver, part by part, until nothing is new ──► new object
 *         └── then stores the new object's name alone
 */
import { errorEvent } from "../core/adk/event.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import type { ClientError } from "../core/errors.ts";
import { inJurisdiction, migratedName } from "../placement.ts";
import type { ArtifactVersion } from "../store/artifacts.ts";
import type { ExportedRow } from "../store/event-log.ts";
import type { ConversationContext } from "./context.ts";

/** One part of a migrating conversation. */
export interface MigrationPart {
  /** The first part replaces the data that an earlier, failed migration left at the new object. */
  readonly first: boolean;
  /** Undefined if unchanged since an earlier part. */
  readonly values: MigratingValues | undefined;
  readonly rows: readonly ExportedRow[];
  readonly artifact: { readonly version: ArtifactVersion; readonly bytes: Uint8Array } | undefined;
}

interface MigratingValues {
  /** The session's own keys, and shared keys that the directory has not acknowledged. */
  readonly state: StateDelta;
  /** Other stored values: the active agent, epochs, the phone call, mutes and removals. */
  readonly stored: Record<string, unknown>;
}

interface TargetObject {
  takeOver(part: MigrationPart): Promise<void>;
  delete(): Promise<void>;
}

interface Target {
  readonly name: string;
  readonly object: TargetObject;
}

const movedKey = "moved";
/** The keys of the stored values. The resumption handle stays behind: it belongs to the old region. */
const migratingKeys = [
  "born",
  "lead",
  "epoch",
  "first epoch",
  "guest setup",
  "spending",
  "call",
  "call dial",
  "call note",
  "mutedPersons",
  "removedPersons",
  "allowances",
];

/** The name of the object that the conversation has migrated to, if it has. */
export const movedTo = ({ kv }: Pick<DurableObjectStorage, "kv">): string | undefined =>
  kv.get<string>(movedKey);

export class Migration {
  readonly #context: ConversationContext;
  /** Set during and after a migration: a further refusal must not start another. */
  #started = false;

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  /**
   * Starts a migration if the error calls for one. Clients reconnect to the same address, which leads to the new object.
   * @returns whether the conversation migrates.
   */
  start(error: ClientError): boolean {
    const { object, env, platform } = this.#context;
    const name = migratedName(object.id.name ?? "[]");
    if (error.code !== "LOCATION_REFUSED" || name === undefined) return false;
    if (this.#started) return true;
    this.#started = true;
    const { jurisdiction, fallbackLocation } = platform.config();
    const objects = inJurisdiction<TargetObject>(env.CONVERSATION, jurisdiction);
    const target = objects.getByName(name, { locationHint: fallbackLocation });
    void this.#run({ name, object: target }, error);
    return true;
  }

  /** Stores a part of a conversation that migrates to this object. */
  receive({ first, values, rows, artifact }: MigrationPart): void {
    const { object, kv, log, artifacts, sessionStore } = this.#context;
    object.storage.transactionSync(() => {
      if (first) log.deleteAll();
      if (first) artifacts.deleteAll();
      for (const [key, value] of Object.entries(values?.stored ?? {}))
        if (value === undefined) kv.delete(key);
        else kv.put(key, value);
      log.importRows(rows);
    });
    if (artifact) artifacts.importVersion(artifact.version, artifact.bytes);
    sessionStore.takeOver(values?.state);
    this.#context.reload();
  }

  async #run(target: Target, error: ClientError): Promise<void> {
    try {
      this.#started = await this.#send(target);
      if (this.#started)
        this.#context.end(1012, "This conversation has moved. Connect again.", true);
    } catch {
      // The new object cannot be reached: the conversation stays here.
      this.#started = false;
      this.#context.publish(errorEvent(error));
    }
  }

  /**
   * Sends all data, then stores the new object's name. Clients go on meanwhile, so it sends until nothing is new.
   * @returns false if the conversation was deleted meanwhile.
   */
  async #send({ name, object }: Target): Promise<boolean> {
    const { sessionStore } = this.#context;
    for (let sent = nothingSent; ;) {
      if (!sessionStore.exists) {
        await object.delete();
        if (!sessionStore.exists) return false;
        sent = nothingSent;
      }
      const next = this.#nextPart(sent);
      if (!next) break;
      await object.takeOver(next.part);
      sent = next.sent;
    }
    this.#storeMoved(name);
    return true;
  }

  /** No `await` may stand between the last `#nextPart` and this call: changes between them would be lost. */
  #storeMoved(name: string): void {
    const { object, kv, log, artifacts } = this.#context;
    object.storage.transactionSync(() => {
      log.deleteAll();
      artifacts.deleteAll();
      for (const [key] of kv.list()) if (key !== "schema") kv.delete(key);
      kv.put(movedKey, name);
    });
  }

  /** Artifacts come first, since rows refer to them. @returns undefined if the new object has all data. */
  #nextPart(sentSoFar: Sent): { readonly part: MigrationPart; readonly sent: Sent } | undefined {
    const { kv, log, artifacts, sessionStore } = this.#context;
    const stored = Object.fromEntries(
      migratingKeys.map((key): [string, unknown] => [key, kv.get(key)]),
    );
    const createdAt = stored["born"];
    const versions = artifacts.names().flatMap((each) => artifacts.versions(each));
    const sent = isStillValid(sentSoFar, createdAt, versions) ? sentSoFar : nothingSent;
    const version = versions.find((each) => !sent.artifacts.includes(keyOf(each)));
    const rows = version ? [] : log.exportRows(sent.lastRow);
    const values = { state: sessionStore.migratingState, stored };
    const json = JSON.stringify(values);
    const isNew = json !== sent.values;
    if (!version && rows.length === 0 && !isNew) return undefined;
    const bytes = version && artifacts.load(version.name, version.version)?.bytes;
    return {
      part: {
        first: sent.first,
        values: isNew ? values : undefined,
        rows,
        artifact: version && { version, bytes: bytes ?? new Uint8Array() },
      },
      sent: {
        first: false,
        values: json,
        createdAt,
        artifacts: version ? [...sent.artifacts, keyOf(version)] : sent.artifacts,
        lastRow: rows.at(-1)?.seq ?? sent.lastRow,
      },
    };
  }
}

/** The data that the new object has received. */
interface Sent {
  readonly first: boolean;
  /** As JSON, for comparison. */
  readonly values: string;
  readonly createdAt: unknown;
  readonly artifacts: readonly string[];
  readonly lastRow: number;
}

const nothingSent: Sent = {
  first: true,
  values: "",
  createdAt: undefined,
  artifacts: [],
  lastRow: 0,
};

/** Whether all sent data still exists: a client may delete artifacts, or delete the conversation and create it again. */
function isStillValid(
  { first, createdAt, artifacts }: Sent,
  createdNow: unknown,
  versions: readonly ArtifactVersion[],
): boolean {
  const existing = new Set(versions.map(keyOf));
  return first || (createdAt === createdNow && artifacts.every((each) => existing.has(each)));
}

const keyOf = ({ name, version, created }: ArtifactVersion): string =>
  JSON.stringify([name, version, created]);
