/**
 * The lifetimes of the clients' tokens: warns a client before its token expires, takes a newer one, and closes the
 * connection when the token expires or was revoked.
 *
 *     open ─► (a minute before the end) warned ─┬─ a newer token ─► open, until its end
 *                                               └─ expired, revoked ─► closed
 */
import { isClientError, type ClientError } from "../core/errors.ts";
import type { ClientRequest } from "../core/client-request.ts";
import type { RouteActionName } from "../core/policy/route-permissions.ts";
import { authorizeCredential, connectionToken } from "../protocols/admission.ts";
import type { Attachment, ConnectionToken, ProtocolName } from "../protocols/attachment.ts";
import { revocationError } from "../protocols/revocations.ts";
import { formatLiveMessage } from "../protocols/live-api/encoder.ts";
import { writeFrame } from "../protocols/parley-v1/codec.ts";
import { tokenError } from "../access/token.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import { mayTakeRole, type Role } from "../wire/parley-v1.ts";
import type { Budgets } from "./budgets.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import { tooManyChanges } from "./errors.ts";
import type { Module } from "./module.ts";
import type { Presence } from "./presence.ts";

/** A client is told this long before its token expires. */
const warningMs = 60_000;
/** A client that has not joined yet is told this much later. */
const unjoinedMs = 5_000;
/** Open connections are checked for a revoked token this often. */
const revocationCheckMs = 60_000;
/** A check that failed is repeated sooner; after so many in a row the connections are closed. */
const retryMs = 10_000;
const maxFailures = 3;

/** The request that a client of each protocol made with its token; absent: it has none, or sends no frames. */
const actions: Partial<Record<ProtocolName, RouteActionName>> = {
  "parley-v1": "connectParleyV1",
  "adk-demo": "connectAdkDemo",
  "adk-live": "connectRunLive",
};

/** What a newer token changes. */
interface Renewal {
  readonly token: ConnectionToken | undefined;
  readonly role: Role;
  readonly person: string | undefined;
}

export class TokenLifetimes implements Module {
  readonly #context: ConversationContext;
  readonly #presence: Presence;
  readonly #budgets: Budgets;
  #checkedAt = 0;
  /** Checks for revoked tokens that failed in a row. */
  #failures = 0;

  constructor(context: ConversationContext, presence: Presence, budgets: Budgets) {
    this.#context = context;
    this.#presence = presence;
    this.#budgets = budgets;
  }

  onOpen({ attachment: { token } }: Connection): void {
    if (!token) return;
    // The Worker has just checked it.
    if (this.#checkedAt === 0) this.#checkedAt = Date.now();
    this.#schedule();
  }

  onRequest(connection: Connection, request: ClientRequest): boolean {
    if (request.type !== "token") return false;
    // Each asks the directories whether the token is revoked, and what its budget has left.
    const now = this.#context.clock.now();
    const waitMs = this.#context.allowances.of("stateChanges", connection.person, now).take(1, now);
    if (waitMs > 0) this.#context.refuse(connection, tooManyChanges(waitMs));
    else
      this.#renew(connection, request.token).catch((error: unknown) =>
        this.#context.failFrame(connection, error),
      );
    return true;
  }

  async onAlarm(reason: AlarmReason): Promise<void> {
    if (reason !== "token") return;
    const now = Date.now();
    for (const connection of this.#bearers) {
      if (connection.expiresAt <= now) this.#context.closeFor(connection, connection.expiryError);
      else if (connection.isJoined && warningDueAt(connection, now) <= now) this.#warn(connection);
    }
    if (now >= this.#checkedAt + revocationCheckMs) await this.#checkRevocations(now);
    this.#schedule();
  }

  get #bearers(): Connection[] {
    return this.#context.connections.open.filter(({ attachment }) => attachment.token);
  }

  async #checkRevocations(now: number): Promise<void> {
    let failed = false;
    for (const connection of this.#bearers) {
      const { token } = connection.attachment;
      const error = token && (await revocationError(this.#context.env, token, now));
      const unknown = error?.code === "INTERNAL";
      failed ||= unknown;
      if (error && connection.isOpen && (!unknown || this.#failures + 1 >= maxFailures))
        this.#context.closeFor(connection, error);
    }
    this.#failures = failed ? this.#failures + 1 : 0;
    this.#checkedAt = failed ? now - revocationCheckMs + retryMs : now;
  }

  /** Replaces the client's token, if the newer one is for the same conversation. Its role is not raised. */
  async #renew(connection: Connection, credential: string): Promise<void> {
    const granted = await this.#authorize(connection, credential);
    if (isClientError(granted)) return this.#refuse(connection, granted);
    const { token, role, person } = granted;
    const spent = await this.#budgets.admissionError({ token });
    const error = spent ?? this.#presence.exclusionError({ person, granted: role });
    if (error) return this.#refuse(connection, error);
    if (!connection.isOpen) return;
    for (const module of this.#context.modules) module.onRenewing?.(connection);
    const before = connection.attachment;
    const highest = lower(before.granted, role);
    connection.update({
      token,
      person,
      formerPersons: formerPersons(before, person),
      granted: highest,
      role: lower(highest, before.role),
    });
    this.#presence.keepMute(connection);
    if (connection.role !== before.role) this.#presence.announceRole(connection, before.role);
    this.#inform(connection);
    this.#schedule();
  }

  #refuse(connection: Connection, error: ClientError): void {
    if (connection.isOpen) this.#context.refuse(connection, error);
  }

  async #authorize(connection: Connection, credential: string): Promise<Renewal | ClientError> {
    const { env, platform, sessionStore } = this.#context;
    const action = actions[connection.attachment.protocol];
    const { auth } = platform.config();
    const authorization =
      action &&
      (await authorizeCredential(
        { env, auth },
        {
          action,
          scope: sessionStore.identity,
          presented: { credential, query: new URLSearchParams(), describe: tokenError },
        },
      ));
    if (!authorization) return tokenError({ fault: "invalid" });
    if (isClientError(authorization)) return authorization;
    const { grant, role, person } = authorization;
    return { token: connectionToken(grant), role, person };
  }

  #warn(connection: Connection): void {
    const { token } = connection.attachment;
    if (token) connection.update({ token: { ...token, warned: true } });
    this.#inform(connection);
  }

  /** Tells the client how long its token is still valid. */
  #inform(connection: Connection): void {
    const { broadcaster, recorder } = this.#context;
    const { role, attachment } = connection;
    const expiresInMs = Math.max(0, Math.round(connection.expiresAt - Date.now()));
    switch (attachment.protocol) {
      case "parley-v1": {
        const { seq } = broadcaster.position;
        this.#context.push(connection, writeFrame({ type: "token", seq, expiresInMs, role }));
        return;
      }
      // The Live API's own word for it: its clients connect again, with a handle and a new credential.
      case "live-api":
        this.#context.push(
          connection,
          formatLiveMessage({ goAway: { timeLeft: `${Math.floor(expiresInMs / 1000)}s` } }),
        );
        return;
      case "adk-demo":
      case "adk-live":
      case "sse":
        return broadcaster.sendTo(
          connection,
          recorder.stamp({
            author: "parley",
            customMetadata: { token: { expiresInMs, role } },
          }),
        );
      default:
    }
  }

  #schedule(): void {
    const bearers = this.#bearers;
    if (bearers.length === 0) return;
    const now = Date.now();
    const due = bearers.map((connection) =>
      Math.min(connection.expiresAt, warningDueAt(connection, now)),
    );
    this.#context.alarms.set("token", Math.min(this.#checkedAt + revocationCheckMs, ...due));
  }
}

/** In ms since the epoch; Infinity if the client was warned. */
function warningDueAt({ attachment, expiresAt, isJoined }: Connection, now: number): number {
  if (attachment.token?.warned) return Infinity;
  const due = expiresAt - warningMs;
  return isJoined ? due : Math.max(due, now + unjoinedMs);
}

const lower = (one: Role, other: Role): Role => (mayTakeRole(one, other) ? other : one);

/** So many are kept of a connection, the newest. */
const maxFormerPersons = 8;

/** The persons of the tokens that a connection has had: what an operator decides about it holds for each. */
function formerPersons(
  { person: before, formerPersons: earlier = [] }: Attachment,
  person: string | undefined,
): readonly string[] | undefined {
  const all = new Set([...earlier, ...(before === undefined ? [] : [before])]);
  if (person !== undefined) all.delete(person);
  return all.size === 0 ? undefined : [...all].slice(-maxFormerPersons);
}
