/**
 * Shares the sessions that the model's service permits among all conversations: a Durable Object, or several, each with its
 * part of the sessions. `src/core/policy/admission-queue.ts` decides.
 *
 *     conversation ── ask, renew, release ──► SessionAdmission
 *
 * Nothing waits for it but the first session after a pause. Its storage has the leases alone: waiting conversations ask
 * again.
 */
import { DurableObject } from "cloudflare:workers";
import {
  AdmissionQueue,
  type AdmissionAnswer,
  type AdmissionRequest,
  type AdmissionSettings,
  type Capacity,
  type StoredLease,
} from "./core/policy/admission-queue.ts";
import { inJurisdiction, type ObjectNamespace } from "./placement.ts";
import { withTimeout } from "./with-timeout.ts";

const leasePrefix = "lease ";

export class SessionAdmission extends DurableObject<Env> {
  readonly #queue = new AdmissionQueue(
    [...this.ctx.storage.kv.list<StoredLease>({ prefix: leasePrefix })].map(([key, lease]) => [
      key.slice(leasePrefix.length),
      lease,
    ]),
    Date.now(),
  );

  ask(request: AdmissionRequest, capacity: Capacity): AdmissionAnswer {
    const answer = this.#queue.ask(request, capacity, Date.now());
    this.#save();
    return answer;
  }

  renew(id: string, user: string): void {
    this.#queue.renew(id, user, Date.now());
    this.#save();
  }

  release(id: string): void {
    this.#queue.release(id, Date.now());
    this.#save();
  }

  #save(): void {
    const { kv } = this.ctx.storage;
    for (const [id, lease] of this.#queue.takeChanges())
      if (lease) kv.put(leasePrefix + id, lease);
      else kv.delete(leasePrefix + id);
  }
}

/** The object's RPC interface. */
interface AdmissionStub {
  ask(request: AdmissionRequest, capacity: Capacity): Promise<AdmissionAnswer>;
  renew(id: string, user: string): Promise<void>;
  release(id: string): Promise<void>;
}

/** Its part of the sessions is the object's. Calls arrive in order. */
export interface Admitter {
  /** Rejects if there is no answer. */
  ask(request: AdmissionRequest): Promise<AdmissionAnswer>;
  renew(id: string, user: string): Promise<void>;
  release(id: string): Promise<void>;
}

const timeoutMs = 3_000;

/** The object that a conversation asks; undefined where sessions are not counted: without the setting or the binding. */
export function admitterOf(
  env: object,
  {
    admission,
    jurisdiction,
  }: {
    readonly admission: AdmissionSettings | undefined;
    readonly jurisdiction: string | undefined;
  },
  conversation: string,
): Admitter | undefined {
  const namespace = Reflect.get(env, "ADMISSION") as ObjectNamespace<AdmissionStub> | undefined;
  if (!admission || !namespace) return undefined;
  const { sessions, shards, perUser = Infinity } = admission;
  const shard = hash(conversation) % shards;
  const capacity = {
    sessions: Math.floor(sessions / shards) + (shard < sessions % shards ? 1 : 0),
    perUser: Math.ceil(perUser / shards),
  };
  const remote = inJurisdiction(namespace, jurisdiction).getByName(`${shard}`);
  return {
    ask: (request) => withTimeout(remote.ask(request, capacity), timeoutMs, "no answer"),
    renew: (id, user) => remote.renew(id, user),
    release: (id) => remote.release(id),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}
