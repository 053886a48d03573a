/**
 * Deletes all data of a user of an app: conversations, files, state, ephemeral tokens. A user may have thousands of
 * conversations, so the directory's alarm goes on with them, piece by piece.
 *
 *     begin ─► files, state, tokens, the first piece ─► alarm: the next piece … ─► files and state again ─► (an hour) ─► forgotten
 *
 * A conversation that is not in the list yet, or whose last changes are under way, is recognised for an hour by its time of
 * creation.
 */
import { objectNameOf } from "./access/identity.ts";
import { jurisdictionOf } from "./environment.ts";
import type { DirectoryUpdate } from "./core/adk/session-summary.ts";
import { inJurisdiction } from "./placement.ts";
import type { AlarmSchedule } from "./store/alarm-schedule.ts";
import type { ArtifactStore } from "./store/artifacts.ts";
import type { DirectoryStore } from "./store/directory-store.ts";

export interface Owner {
  readonly app: string;
  readonly user: string;
}

/** The progress of a deletion. */
export interface DeletionReport {
  readonly sessions: number;
  readonly files: number;
  readonly stateKeys: number;
  readonly ephemeralTokens: number;
  /** Conversations that the alarm will delete. */
  readonly pendingSessions: number;
}

interface StoredDeletion extends Owner {
  /** Conversations that were created until then are deleted, in ms since the epoch. */
  readonly before: number;
}

interface ConversationStub {
  movedTo(): Promise<string | undefined>;
  delete(): Promise<void>;
}

const key = "user deletion";
/** Conversations that are deleted by one request or alarm: each is a request to another object. */
const pieceSize = 25;
const pauseMs = 1_000;
/** Conversations deliver their changes within ten minutes. */
const memoryMs = 60 * 60_000;

export class UserDeletion {
  readonly #storage: DurableObjectStorage;
  readonly #env: Env;
  readonly #store: DirectoryStore;
  readonly #files: ArtifactStore;
  readonly #alarms: AlarmSchedule;

  constructor(
    storage: DurableObjectStorage,
    env: Env,
    stores: { readonly store: DirectoryStore; readonly files: ArtifactStore },
    alarms: AlarmSchedule,
  ) {
    this.#storage = storage;
    this.#env = env;
    this.#store = stores.store;
    this.#files = stores.files;
    this.#alarms = alarms;
  }

  /** Beginning again is harmless. @param now in ms since the epoch. */
  async begin(owner: Owner, now: number): Promise<Omit<DeletionReport, "ephemeralTokens">> {
    const deletion = { ...owner, before: now };
    this.#storage.kv.put<StoredDeletion>(key, deletion);
    this.#alarms.set("deletion", now + pauseMs);
    const files = this.#files.names().length;
    const stateKeys = this.#store.countStateKeys();
    this.#deleteShared();
    const sessions = await this.#deletePiece(deletion, now);
    const pendingSessions = this.#store.sessionsUntil(now, pieceSize).total;
    return { sessions, files, stateKeys, pendingSessions };
  }

  /** The alarm. @param now in ms since the epoch. */
  async continue(now: number): Promise<void> {
    const deletion = this.#storage.kv.get<StoredDeletion>(key);
    if (!deletion) return;
    // If the object is restarted before this ends.
    this.#alarms.set("deletion", now + pauseMs);
    if (this.#store.sessionsUntil(deletion.before, 1).total > 0)
      await this.#deletePiece(deletion, now);
    else if (now < deletion.before + memoryMs)
      this.#alarms.set("deletion", deletion.before + memoryMs);
    else await this.#forget();
  }

  /** The rest of an update: a deleted conversation's state is dropped, and its entry deletes the conversation. */
  filter(update: DirectoryUpdate, now: number): DirectoryUpdate {
    const deletion = this.#storage.kv.get<StoredDeletion>(key);
    const created = update.entry?.created ?? update.created ?? Infinity;
    if (!deletion || created > deletion.before) return update;
    if (!update.entry) return {};
    this.#alarms.set("deletion", now + pauseMs);
    return { entry: update.entry };
  }

  /** @returns how many were deleted. One whose object does not answer stays in the list, and is tried again. */
  async #deletePiece({ before, ...owner }: StoredDeletion, now: number): Promise<number> {
    const { sessions } = this.#store.sessionsUntil(before, pieceSize);
    const deleted = await Promise.all(
      sessions.map(async (session) => {
        try {
          await this.#deleteConversation(objectNameOf({ ...owner, session }));
          this.#store.remove(session);
          return 1;
        } catch {
          return 0;
        }
      }),
    );
    const isDone = this.#store.sessionsUntil(before, 1).total === 0;
    // A conversation may have saved files until it was deleted.
    if (isDone) this.#deleteShared();
    this.#alarms.set("deletion", isDone ? before + memoryMs : now + pauseMs);
    return deleted.reduce<number>((sum, each) => sum + each, 0);
  }

  /** Of a migrated conversation both objects are deleted. */
  async #deleteConversation(name: string): Promise<void> {
    const objects = inJurisdiction<ConversationStub>(
      this.#env.CONVERSATION,
      jurisdictionOf(this.#env),
    );
    const conversation = objects.getByName(name);
    const movedTo = await conversation.movedTo();
    if (movedTo !== undefined) await objects.getByName(movedTo).delete();
    await conversation.delete();
  }

  #deleteShared(): void {
    this.#files.deleteAll();
    this.#store.deleteState();
  }

  /** An object that has nothing leaves no trace. */
  async #forget(): Promise<void> {
    const isEmpty =
      this.#store.countSessions() === 0 &&
      this.#files.names().length === 0 &&
      this.#store.countStateKeys() === 0;
    if (isEmpty) await this.#storage.deleteAll();
    else this.#storage.kv.delete(key);
  }
}
