/**
 * The directory: a Durable Object for each (app, user), which stores the index of the user's conversations and the
 * `user:` state that they share. The `app:` state, shared by all users, is in the directory of the user "*".
 *
 *     conversations ── note ──► directory ◄── entries, state ── conversations, session routes
 *
 * The audio path never waits for it: a conversation reads its own copy, and writes here afterwards.
 */
import { DurableObject } from "cloudflare:workers";
import { jurisdictionOf } from "./config.ts";
import type {
  SessionSummary,
  DirectoryRemote,
  DirectoryUpdate,
} from "./core/adk/session-summary.ts";
import type { SharedScope } from "./core/adk/session-state.ts";
import { inJurisdiction } from "./placement.ts";
import { ArtifactStore, type RemoteArtifacts } from "./store/artifacts.ts";
import { directoryTables } from "./store/schema-migrations.ts";
import { DirectoryStore } from "./store/directory-store.ts";

const revokedBeforeKey = "tokens revoked before";
const revokedTokensKey = "revoked tokens";
/** A value holds 2 MB, and each isolate reads it. */
const maxRevokedTokens = 2_000;

export class Directory extends DurableObject<Env> {
  readonly #store = new DirectoryStore(this.ctx.storage);
  readonly #artifacts = new ArtifactStore(this.ctx.storage, directoryTables);

  /** Applies an update atomically. */
  note({ entry, state }: DirectoryUpdate): void {
    this.ctx.storage.transactionSync(() => {
      if (entry) this.#store.put(entry);
      if (state) this.#store.changeState(state);
    });
  }

  remove(session: string): void {
    this.#store.remove(session);
  }

  entries(): SessionSummary[] {
    return this.#store.listSessions();
  }

  state(): Record<string, unknown> {
    return this.#store.state();
  }

  /** Counts an outbound telephone call, in the directory of the user "*" of the app "*". @returns false above the limit. */
  admitCall(perMinute: number): boolean {
    const { kv } = this.ctx.storage;
    const since = Date.now() - 60_000;
    const recent = (kv.get<number[]>("calls") ?? []).filter((at) => at > since);
    if (recent.length >= perMinute) return false;
    kv.put("calls", [...recent, Date.now()]);
    return true;
  }

  /** Tokens that were issued until now are revoked; in the directory of the user of the app "*". @param now in ms. */
  revokeBefore(now: number): void {
    this.ctx.storage.kv.put(revokedBeforeKey, now);
  }

  /** Revokes a token, in the directory of the user "*" of the app "*". Times in ms. @returns false if there are too many. */
  revokeToken(id: string, until: number, now: number): boolean {
    const { kv } = this.ctx.storage;
    const stored = kv.get<Record<string, number>>(revokedTokensKey) ?? {};
    const current = Object.entries(stored).filter(([, end]) => end > now);
    if (current.length >= maxRevokedTokens) return false;
    kv.put(revokedTokensKey, { ...Object.fromEntries(current), [id]: until });
    return true;
  }

  revocations(): TokenRevocations {
    const { kv } = this.ctx.storage;
    return {
      before: kv.get<number>(revokedBeforeKey) ?? -1,
      ids: Object.keys(kv.get<Record<string, number>>(revokedTokensKey) ?? {}),
    };
  }

  /** The files of the user (ADK: the `user:` namespace). */
  artifacts(): ArtifactStore {
    return this.#artifacts;
  }
}

/** Which tokens of a user, or of any, are revoked. */
export interface TokenRevocations {
  /** Those that were issued until then, in ms since the epoch. */
  readonly before: number;
  /** Those with these names. */
  readonly ids: readonly string[];
}

interface RevocationStub {
  revokeBefore(now: number): Promise<void>;
  revokeToken(id: string, until: number, now: number): Promise<boolean>;
  revocations(): Promise<TokenRevocations>;
}

/** @param user "*" for names of tokens. */
export const tokenDirectoryOf = (env: Pick<Env, "DIRECTORY">, user: string): RevocationStub =>
  inJurisdiction<RevocationStub>(env.DIRECTORY, jurisdictionOf(env)).getByName(
    JSON.stringify(["*", user]),
  );

/** No client can address the app's directory: "*" is no valid user (access/identity.ts). */
export const directoryOf = (
  env: Pick<Env, "DIRECTORY">,
  app: string,
  user: string,
): DirectoryRemote =>
  inJurisdiction<DirectoryRemote>(env.DIRECTORY, jurisdictionOf(env)).getByName(
    JSON.stringify([app, user]),
  );

export const directoryForScope = (
  env: Pick<Env, "DIRECTORY">,
  scope: SharedScope,
  { app, user }: { readonly app: string; readonly user: string },
): DirectoryRemote => directoryOf(env, app, scope === "app" ? "*" : user);

/** The user's artifacts, those whose names begin with `user:`. */
export const userArtifacts = (
  env: Pick<Env, "DIRECTORY">,
  { app, user }: { readonly app: string; readonly user: string },
): Promise<RemoteArtifacts> =>
  inJurisdiction<{ artifacts(): Promise<RemoteArtifacts> }>(env.DIRECTORY, jurisdictionOf(env))
    .getByName(JSON.stringify([app, user]))
    .artifacts();
