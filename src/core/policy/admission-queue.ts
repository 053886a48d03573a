/**
 * Shares the sessions that the model's service permits among conversations: leases, and a queue for them.
 *
 *     ask ─┬─ room ─► lease ─── renew, every 15 s ──► release, or 45 s without a sign
 *          └─ none ─► place ─── ask again ──► lease; 15 s without asking: the place is lost
 *
 * Next is a conversation of the user who holds the fewest leases, then one that had a session before, then the one that
 * has waited longest. The shell stores leases (`takeChanges`); places are asked for again anyway.
 */

/** A lease that its holder has not renewed for so long is free. */
export const leaseMs = 45_000;
export const renewMs = 15_000;
/** A place, or a lease whose holder has not learned of it, is kept for so long. */
export const placeMs = 15_000;
/** A conversation asks again after so long, and sooner as one of the next. */
const [askMs, nearAskMs, nearPositions] = [5_000, 1_000, 3] as const;
/** How long a session is held, in ms, until some have ended; then their mean counts, the newest most. */
const firstMeanMs = 180_000;
const newestShare = 0.2;

export interface AdmissionSettings {
  /** How many sessions the service permits at one time. */
  readonly sessions: number;
  /** How many objects share them. */
  readonly shards: number;
  /** How many of them one user may hold; undefined: as many as are free. */
  readonly perUser?: number | undefined;
}

export interface AdmissionRequest {
  /** The conversation. */
  readonly id: string;
  readonly user: string;
  /** It had a session before. */
  readonly resumes: boolean;
  /** Since when it waits, in ms since the epoch: a queue that has forgotten it restores its place. */
  readonly since: number;
}

export interface AdmissionAnswer {
  /** In the queue, from 1; 0: the conversation has a lease. */
  readonly position: number;
  /** An estimate, in ms. */
  readonly waitMs: number;
  /** When to ask again or, with a lease, to renew it, in ms. */
  readonly againMs: number;
}

export interface StoredLease {
  readonly user: string;
  /** In ms since the epoch. */
  readonly since: number;
}

interface Lease extends StoredLease {
  until: number;
}

/** What an object shares. */
export interface Capacity {
  readonly sessions: number;
  /** Of one user. */
  readonly perUser: number;
}

interface Place extends AdmissionRequest {
  seenAt: number;
}

interface RankedPlace {
  readonly place: Place;
  /** How many leases the user has with this one. */
  readonly rank: number;
}

export class AdmissionQueue {
  readonly #leases = new Map<string, Lease>();
  readonly #places = new Map<string, Place>();
  readonly #changes = new Map<string, StoredLease | undefined>();
  #meanMs = firstMeanMs;
  /** The places, next first; undefined once they have changed. */
  #order: readonly RankedPlace[] | undefined;

  /** @param stored leases of before a restart: their holders have the usual time to renew them. */
  constructor(stored: Iterable<readonly [string, StoredLease]>, now: number) {
    for (const [id, { user, since }] of stored)
      this.#leases.set(id, { user, since, until: now + leaseMs });
  }

  /** Leases that were given. */
  get size(): number {
    return this.#leases.size;
  }

  /** Asks for a lease, or again. */
  ask(request: AdmissionRequest, capacity: Capacity, now: number): AdmissionAnswer {
    const { id } = request;
    this.#expire(now);
    if (!this.#leases.has(id)) this.#enqueue(request, now);
    this.#fill(capacity, now);
    const lease = this.#leases.get(id);
    if (!lease) return this.#place(id, capacity);
    lease.until = now + leaseMs;
    return { position: 0, waitMs: 0, againMs: renewMs };
  }

  /** The holder is alive. Its session is on whether or not the lease has run out: it is given again beyond the capacity. */
  renew(id: string, user: string, now: number): void {
    const lease = this.#leases.get(id);
    if (lease) lease.until = now + leaseMs;
    else this.#grant(id, user, now, leaseMs);
  }

  /** The conversation needs no session any more, or waits for none. */
  release(id: string, now: number): void {
    if (this.#places.delete(id)) this.#order = undefined;
    this.#free(id, now);
  }

  /** The leases that were given since the last call, and those that are free (undefined). */
  takeChanges(): readonly (readonly [string, StoredLease | undefined])[] {
    const changes = [...this.#changes];
    this.#changes.clear();
    return changes;
  }

  #enqueue(request: AdmissionRequest, now: number): void {
    const { id, resumes } = request;
    const known = this.#places.get(id);
    if (known && known.resumes === resumes) return void (known.seenAt = now);
    const since = Math.min(request.since, known?.since ?? now, now);
    this.#places.set(id, { ...request, since, seenAt: now });
    this.#order = undefined;
  }

  #fill({ sessions, perUser }: Capacity, now: number): void {
    while (this.#leases.size < sessions) {
      const [next] = this.#ordered();
      if (!next || next.rank > perUser) return;
      this.#grant(next.place.id, next.place.user, now, placeMs);
    }
  }

  #grant(id: string, user: string, now: number, forMs: number): void {
    this.#leases.set(id, { user, since: now, until: now + forMs });
    this.#changes.set(id, { user, since: now });
    this.#places.delete(id);
    this.#order = undefined;
  }

  #free(id: string, now: number): void {
    const lease = this.#leases.get(id);
    if (!lease) return;
    this.#leases.delete(id);
    this.#changes.set(id, undefined);
    this.#order = undefined;
    this.#meanMs += newestShare * (now - lease.since - this.#meanMs);
  }

  #expire(now: number): void {
    for (const [id, { until }] of this.#leases) if (now >= until) this.#free(id, now);
    for (const [id, { seenAt }] of this.#places)
      if (now - seenAt >= placeMs) {
        this.#places.delete(id);
        this.#order = undefined;
      }
  }

  #place(id: string, { sessions }: Capacity): AdmissionAnswer {
    const position = this.#ordered().findIndex(({ place }) => place.id === id) + 1;
    return {
      position,
      waitMs: Math.round((position * this.#meanMs) / Math.max(1, sessions)),
      againMs: position <= nearPositions ? nearAskMs : askMs,
    };
  }

  #ordered(): readonly RankedPlace[] {
    if (this.#order) return this.#order;
    const held = new Map<string, number>();
    for (const { user } of this.#leases.values()) count(held, user);
    const ranked = [...this.#places.values()]
      .toSorted((a, b) => Number(b.resumes) - Number(a.resumes) || a.since - b.since)
      .map((place) => ({ place, rank: count(held, place.user) }));
    this.#order = ranked.toSorted((a, b) => a.rank - b.rank);
    return this.#order;
  }
}

/** Counts one more. */
function count(counts: Map<string, number>, key: string): number {
  const number = (counts.get(key) ?? 0) + 1;
  counts.set(key, number);
  return number;
}
