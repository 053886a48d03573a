/**
 * The directory: a Durable Object for each (app, user), which stores the index of the user's conversations and the
 * `user:` state that they share. The `app:` state, shared by all users, is in the directory of the user "*".
 *
 *     conversations ── note ──► directory ◄── entries, state ── conversations, session routes
 *
 * The audio path never waits for it: a conversation reads its own copy, and writes here afterwards.
 */
import { DurableObject } from "cloudflare:workers";
import type { ClientError } from "./core/errors.ts";
import { maxListedSessions } from "./core/adk/session-summary.ts";
import { jurisdictionOf } from "./environment.ts";
import {
  Allowances,
  ArtifactChanges,
  HistoryReaders,
  type StoredAllowance,
} from "./access/rate-limit.ts";
import type {
  CountedClient,
  DirectoryRemote,
  DirectoryUpdate,
  ListReader,
  SessionPage,
  SessionPageRequest,
} from "./core/adk/session-summary.ts";
import type { SharedScope } from "./core/adk/session-state.ts";
import { limits } from "./core/policy/limits.ts";
import { isNothing, type Spending } from "./core/policy/budget.ts";
import { inJurisdiction } from "./placement.ts";
import {
  ArtifactStore,
  remoteArtifacts,
  type ArtifactStub,
  type RemoteArtifacts,
} from "./store/artifacts.ts";
import { AlarmSchedule } from "./store/alarm-schedule.ts";
import { ephemeralTokenStub } from "./ephemeral-token.ts";
import { directoryTables, hasTables } from "./store/schema-migrations.ts";
import { UserDeletion, type DeletionReport, type Owner } from "./user-deletion.ts";
import { withTimeout } from "./with-timeout.ts";
import { DirectoryStore } from "./store/directory-store.ts";
import { SpendingAccounts, type ReportId } from "./store/spending-accounts.ts";
import { logWarning } from "./operator-log.ts";

const ephemeralTokensKey = "ephemeral tokens";
const unusedKey = "unused";
const allowancesKey = "allowances";
/** So long after the last one was asked for all are full again. */
const allowancesMs =
  Math.max(limits.newConversations.burstS, limits.ephemeralTokens.burstS) * 1_000;
const revokedBeforeKey = "tokens revoked before";
const revokedTokensKey = "revoked tokens";
/** A value holds 2 MB, and each isolate reads it. */
const maxRevokedTokens = 2_000;

/** The state that all conversations share is sent with each of a list. */
const maxListBytes = 8 * 1024 * 1024;

type LimitName = "newConversations" | "ephemeralTokens";
type StoredAllowances = Readonly<Record<LimitName, StoredAllowance>>;

const spendingTimeoutMs = 3_000;
/** A conversation begins all the same. */
const beginTimeoutMs = 1_000;

export class Directory extends DurableObject<Env> {
  readonly #store = new DirectoryStore(this.ctx.storage);
  readonly #artifacts = new ArtifactStore(this.ctx.storage, directoryTables);

  #allowances: Record<LimitName, Allowances> | undefined;
  /** In memory: what was read is stored nowhere. */
  readonly #readers = new HistoryReaders();
  readonly #artifactChanges = new ArtifactChanges();
  readonly #alarms = new AlarmSchedule(this.ctx.storage);
  readonly #deletion = new UserDeletion(
    this.ctx.storage,
    this.env,
    { store: this.#store, files: this.#artifacts },
    this.#alarms,
  );

  /** Applies an update atomically. */
  note(update: DirectoryUpdate): void {
    const { kv } = this.ctx.storage;
    const { entry, state } = this.#deletion.filter(update, Date.now());
    this.ctx.storage.transactionSync(() => {
      if (entry) {
        this.#store.put(entry);
        kv.delete(unusedKey);
      }
      if (state) logLeftOut(this.#store.changeState(state));
    });
  }

  /** @param keepMs how long the state and the files of a user without conversations are kept; undefined: for ever. */
  remove(session: string, keepMs: number | undefined): void {
    this.#store.remove(session);
    if (keepMs === undefined || !hasTables(this.ctx.storage) || this.#store.countSessions() > 0)
      return;
    const until = Date.now() + keepMs;
    this.ctx.storage.kv.put(unusedKey, until);
    this.#alarms.set("unused", until);
  }

  /** Deletes all data of the user, whose directory this is. The rest of many conversations is deleted by alarm. */
  async deleteUser(owner: Owner): Promise<DeletionReport> {
    const [ofApp, ofAnyApp] = [this, tokenDirectoryOf(this.env, owner.user)];
    const ephemeralTokens =
      (await ofApp.deleteEphemeralTokens()) + (await ofAnyApp.deleteEphemeralTokens());
    return { ...(await this.#deletion.begin(owner, Date.now())), ephemeralTokens };
  }

  /**
   * Remembers a token of the user, in the directory of its app, or of the app "*": it is deleted with the user.
   * @param until in ms since the epoch.
   * @returns 0; if the user has too many, how long until the next one expires, in ms: the token must not be made.
   */
  noteEphemeralToken(id: string, until: number): number {
    const now = Date.now();
    const tokens = this.#ephemeralTokens(now);
    if (tokens.length >= limits.userEphemeralTokens.value)
      return Math.min(...tokens.map(([, end]) => end)) - now;
    this.#storeEphemeralTokens([...tokens, [id, until]]);
    return 0;
  }

  /** @returns how many there were. */
  async deleteEphemeralTokens(): Promise<number> {
    const tokens = this.#ephemeralTokens(Date.now());
    await Promise.all(tokens.map(([id]) => ephemeralTokenStub(this.env, id).delete()));
    this.#storeEphemeralTokens([]);
    return tokens.length;
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    await this.#alarms.handleDue(now, async (reason) => {
      if (reason === "deletion") await this.#deletion.continue(now);
      if (reason === "unused") await this.#deleteUnused(now);
      if (reason === "ephemeral") this.#storeEphemeralTokens(this.#ephemeralTokens(now));
      if (reason === "accounts") this.#forgetAccounts(now);
      if (reason === "allowances") this.#forgetAllowances();
    });
  }

  #forgetAccounts(now: number): void {
    const next = new SpendingAccounts(this.ctx.storage).forgetExpired(now);
    if (next !== undefined) this.#alarms.set("accounts", next);
  }

  async #deleteUnused(now: number): Promise<void> {
    const until = this.ctx.storage.kv.get<number>(unusedKey);
    if (until === undefined || this.#store.countSessions() > 0) return;
    if (now >= until) await this.ctx.storage.deleteAll();
    else this.#alarms.set("unused", until);
  }

  /** The names are dropped when the last one has expired. */
  #storeEphemeralTokens(tokens: readonly (readonly [string, number])[]): void {
    const { kv } = this.ctx.storage;
    if (tokens.length === 0) return void kv.delete(ephemeralTokensKey);
    kv.put(ephemeralTokensKey, Object.fromEntries(tokens));
    this.#alarms.set("ephemeral", Math.max(...tokens.map(([, until]) => until)));
  }

  /** The ones that have not expired, oldest first, each with its expiry. */
  #ephemeralTokens(now: number): (readonly [string, number])[] {
    const stored = this.ctx.storage.kv.get<Record<string, number>>(ephemeralTokensKey) ?? {};
    return Object.entries(stored).filter(([, until]) => until > now);
  }

  list(request?: SessionPageRequest): SessionPage {
    return this.#store.listSessions(request);
  }

  /** Why a client may not read the list; undefined if it may. */
  readingError(key: string | undefined): ClientError | undefined {
    return this.#readers.error(key, Date.now());
  }

  /** A page of so many entries as may be sent at once. @returns an error if the client has read too much. */
  read(
    { limit = maxListedSessions, after }: SessionPageRequest,
    { key, bytesEach }: ListReader,
  ): SessionPage | ClientError {
    const error = this.readingError(key);
    if (error) return error;
    const most = Math.max(1, Math.floor(maxListBytes / Math.max(1, bytesEach)));
    const page = this.list({ limit: Math.min(limit, most), after });
    // The state was loaded also for a page without entries.
    const shared = Math.max(1, page.sessions.length) * bytesEach;
    this.#readers.charge(key, JSON.stringify(page.sessions).length + shared, Date.now());
    return page;
  }

  state(): Record<string, unknown> {
    return this.#store.state();
  }

  /**
   * Counts a conversation that a client begins.
   * @param most that the user may have.
   * @returns 0 if it may begin, else how long it must wait, in ms, or that there is no room.
   */
  admitConversation(client: CountedClient, most: number): number | "full" {
    // Those of the user that stands for no person may be very many, and any number is kept.
    if (most < Infinity && this.#store.countSessions() >= most) return "full";
    return this.#take("newConversations", client);
  }

  /** Counts an ephemeral token that a client makes. @returns as `admitConversation`. */
  admitEphemeralToken(client: CountedClient): number {
    return this.#take("ephemeralTokens", client);
  }

  /** What is left is stored: the object may leave the memory before it is full again. */
  #take(of: LimitName, { key, perMinute }: CountedClient): number {
    if (key === undefined) return 0;
    const now = Date.now();
    const allowances = (this.#allowances ??= this.#loadAllowances());
    const waitMs = allowances[of].of(key, perMinute / 60_000, now).take(1, now);
    this.ctx.storage.kv.put<StoredAllowances>(allowancesKey, {
      newConversations: allowances.newConversations.notFull(now),
      ephemeralTokens: allowances.ephemeralTokens.notFull(now),
    });
    this.#alarms.set("allowances", now + allowancesMs);
    return waitMs;
  }

  /** All are full again: the keys, which may be addresses, are kept no longer. */
  #forgetAllowances(): void {
    this.ctx.storage.kv.delete(allowancesKey);
    this.#allowances = undefined;
  }

  #loadAllowances(): Record<LimitName, Allowances> {
    const stored = this.ctx.storage.kv.get<StoredAllowances>(allowancesKey);
    const load = (name: LimitName): Allowances =>
      new Allowances(limits[name].burstS * 1_000, stored?.[name]);
    return {
      newConversations: load("newConversations"),
      ephemeralTokens: load("ephemeralTokens"),
    };
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
    const known = current.find(([each]) => each === id)?.[1];
    if (known === undefined && current.length >= maxRevokedTokens) return false;
    // A later revocation must not end an earlier one sooner.
    const end = Math.max(until, known ?? 0);
    kv.put(revokedTokensKey, { ...Object.fromEntries(current), [id]: end });
    return true;
  }

  revocations(): TokenRevocations {
    const { kv } = this.ctx.storage;
    return {
      before: kv.get<number>(revokedBeforeKey) ?? -1,
      ids: Object.keys(kv.get<Record<string, number>>(revokedTokensKey) ?? {}),
    };
  }

  /**
   * Adds to what an account has spent, in the directory of its user, of the app "*", or in one of its own.
   * @param until when the account is forgotten, in ms since the epoch.
   * @param report of the amount; undefined: it is only read. The same one counts once.
   * @returns the sum.
   */
  addSpending(
    account: string,
    amount: Spending,
    until: number,
    now: number,
    report?: SpendingReport,
  ): Spending {
    const accounts = new SpendingAccounts(this.ctx.storage);
    const isNew = !isNothing(amount) && !accounts.has(account);
    const sum = accounts.add(account, amount, until, now, report);
    if (isNew) this.#alarms.set("accounts", accounts.nextEnd ?? until);
    return sum;
  }

  /** Counts a file of the user that a client saves or deletes, in any of the user's sessions. */
  artifactChangeError(key: string | undefined, bytes: number): ClientError | undefined {
    return this.#artifactChanges.error(key, bytes, Date.now());
  }

  /** The files of the user (ADK: the `user:` namespace). */
  artifacts(): ArtifactStore {
    return this.#artifacts;
  }
}

/** @param keys that the shared state has no room for. */
function logLeftOut(keys: number): void {
  if (keys === 0) return;
  logWarning(
    `the state that a user's conversations share is full, and ${keys} keys were left out of it.`,
  );
}

/** An amount that a conversation reports, which may be sent again. */
export interface SpendingReport extends ReportId {
  readonly amount: Spending;
}

/** Which tokens of a user, or of any, are revoked. */
export interface TokenRevocations {
  /** Tokens that were issued until then are revoked, in ms since the epoch. */
  readonly before: number;
  /** Tokens with these names are revoked. */
  readonly ids: readonly string[];
}

interface TokenDirectoryStub {
  deleteEphemeralTokens(): Promise<number>;
  admitEphemeralToken(client: CountedClient): Promise<number>;
  addSpending(
    account: string,
    amount: Spending,
    until: number,
    now: number,
    report?: SpendingReport,
  ): Promise<Spending>;
  revokeBefore(now: number): Promise<void>;
  revokeToken(id: string, until: number, now: number): Promise<boolean>;
  revocations(): Promise<TokenRevocations>;
}

/** Data of a user for every app. @param user "*" for names of tokens, and for tokens of no user. */
export const tokenDirectoryOf = (env: Pick<Env, "DIRECTORY">, user: string): TokenDirectoryStub =>
  directoryOfAnyApp(env, user);

const directoryOfAnyApp = (
  env: Pick<Env, "DIRECTORY">,
  ...path: readonly string[]
): TokenDirectoryStub =>
  inJurisdiction<TokenDirectoryStub>(env.DIRECTORY, jurisdictionOf(env)).getByName(
    JSON.stringify(["*", ...path]),
  );

/**
 * Adds to what an account has spent in all conversations.
 * @param user of the directory that has it. "*" for a token of no user: its account has a directory of its own, so that none
 * waits for another's, or revocations for one.
 * @returns the sum. Rejects if the directory does not answer.
 */
export const reportSpending = (
  env: Pick<Env, "DIRECTORY">,
  { name, user, until }: { readonly name: string; readonly user: string; readonly until: number },
  amount: Spending,
  now: number,
  report?: SpendingReport,
): Promise<Spending> =>
  withTimeout(
    directoryOfAnyApp(env, ...(user === "*" ? [user, name] : [user])).addSpending(
      name,
      amount,
      until,
      now,
      report,
    ),
    spendingTimeoutMs,
    "The directory does not answer.",
  );

/**
 * Counts a conversation that a client begins, in its user's directory.
 * @returns as `Directory.admitConversation`. Rejects if the directory does not answer.
 */
export const admitConversation = (
  env: Pick<Env, "DIRECTORY">,
  { app, user }: Owner,
  client: CountedClient,
  most: number,
): Promise<number | "full"> =>
  withTimeout(
    directoryOf(env, app, user).admitConversation(client, most),
    beginTimeoutMs,
    "The directory does not answer.",
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

interface UserDirectoryStub {
  deleteUser(owner: Owner): Promise<DeletionReport>;
  noteEphemeralToken(id: string, until: number): Promise<number>;
}

/** @param owner the app "*" for tokens of any app. */
export const userDirectoryOf = (env: Env, { app, user }: Owner): UserDirectoryStub =>
  inJurisdiction<UserDirectoryStub>(env.DIRECTORY, jurisdictionOf(env)).getByName(
    JSON.stringify([app, user]),
  );

/** The user's artifacts, those whose names begin with `user:`. */
export const userArtifacts = (
  env: Pick<Env, "DIRECTORY">,
  { app, user }: { readonly app: string; readonly user: string },
): RemoteArtifacts => {
  const namespace = inJurisdiction<{ artifacts(): Promise<ArtifactStub> }>(
    env.DIRECTORY,
    jurisdictionOf(env),
  );
  return remoteArtifacts(() => namespace.getByName(JSON.stringify([app, user])).artifacts());
};
