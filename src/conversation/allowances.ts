/**
 * What is left of the limits of persons in the conversation, and of its connections to the model's service. It is stored
 * whenever the object may be about to leave the memory: after a pause no person must have more than before.
 */
import { Allowances, type Allowance, type StoredAllowance } from "../access/rate-limit.ts";
import { limits } from "../core/policy/limits.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import { movedTo } from "./migration.ts";
import type { Module, UpstreamChange } from "./module.ts";

const names = [
  "audio",
  "typedTurns",
  "pictures",
  "handles",
  "stateChanges",
  "malformedFrames",
  "dials",
] as const;
type Name = (typeof names)[number];
/** Of those that are not full. */
type Stored = Partial<Record<Name, StoredAllowance>>;

const periodMs = { "a second": 1_000, "a minute": 60_000, "s a second": 1 } as const;
const storageKey = "allowances";

export class ConversationAllowances implements Module {
  readonly #context: ConversationContext;
  #all: Readonly<Record<Name, Allowances>> | undefined;

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  /** Of microphone audio, in ms: a person who connects again has no more than before. */
  audioOf(connection: Connection, now: number): Allowance {
    const allowance = this.of("audio", connection.person, now);
    connection.audioAllowance = allowance;
    return allowance;
  }

  /** @param key a person; "" for the conversation. */
  of(name: Name, key: string, now: number): Allowance {
    const values: Partial<Record<Name, number>> = this.#context.platform.config().limits;
    const { value, unit } = limits[name];
    this.#all ??= this.#load();
    return this.#all[name].of(key, (values[name] ?? value) / periodMs[unit], now);
  }

  onLeave(): void {
    this.#store();
  }

  onUpstream({ type }: UpstreamChange): void {
    if (type === "idle") this.#store();
  }

  /** The keys may be addresses. */
  onAlarm(reason: AlarmReason): void {
    if (reason === "allowances") this.#context.kv.delete(storageKey);
  }

  #store(): void {
    const { object, sessionStore } = this.#context;
    // What has moved to another object is stored there.
    if (!this.#all || !sessionStore.exists || movedTo(object.storage)) return;
    const all = this.#all;
    const now = this.#context.clock.now();
    const stored = Object.fromEntries(names.map((name) => [name, all[name].notFull(now)]));
    const times = Object.values(stored).flatMap((each) => each.map(([, fullAt]) => fullAt));
    if (times.length === 0) return;
    this.#context.kv.put<Stored>(storageKey, stored);
    this.#context.alarms.set("allowances", Date.now() + Math.max(...times) - now);
  }

  #load(): Readonly<Record<Name, Allowances>> {
    const stored = this.#context.kv.get<Stored>(storageKey) ?? {};
    const load = (name: Name) =>
      [name, new Allowances(limits[name].burstS * 1_000, stored[name])] as const;
    return Object.fromEntries(names.map(load)) as Record<Name, Allowances>;
  }
}
