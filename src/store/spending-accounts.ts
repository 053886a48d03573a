/** The spending of a user, or a token, in all conversations; in a directory object. */
import { addSpending, isNothing, nothingSpent, type Spending } from "../core/policy/budget.ts";
import type { KvStorage } from "./kv.ts";

interface Account {
  readonly spent: Spending;
  /** When it is forgotten, in ms since the epoch. */
  readonly until: number;
  /** The last report of each conversation, oldest first. */
  readonly reports?: Readonly<Record<string, string>>;
}

/** Names a report of a conversation: one that is repeated has the same. */
export interface ReportId {
  readonly id: string;
  /** The conversation's object. */
  readonly from: string;
}

/** A report is repeated within minutes: the newest conversations suffice. */
const maxReports = 200;
/** Of the 64 of an object's id, which no client chooses. */
const fromDigits = 16;

const prefix = "spent ";

export class SpendingAccounts {
  readonly #storage: KvStorage;

  constructor(storage: KvStorage) {
    this.#storage = storage;
  }

  has(name: string): boolean {
    return this.#storage.kv.get(prefix + name) !== undefined;
  }

  /** @param until in ms since the epoch, as `now`. @returns the sum. An amount of nothing is only read. */
  add(name: string, amount: Spending, until: number, now: number, report?: ReportId): Spending {
    const { kv } = this.#storage;
    const key = prefix + name;
    const account = kv.get(key) as Account | undefined;
    const before = account?.spent ?? nothingSpent;
    const from = report?.from.slice(0, fromDigits) ?? "";
    const { [from]: last, ...others } = account?.reports ?? {};
    if (isNothing(amount) || (report && last === report.id)) return before;
    const spent = addSpending(before, amount);
    const reports = report ? { ...others, [from]: report.id } : account?.reports;
    if (!account) this.forgetExpired(now);
    kv.put(key, {
      spent,
      until: Math.max(until, account?.until ?? 0),
      ...(reports && { reports: newest(reports) }),
    } satisfies Account);
    return spent;
  }

  /** When the next account expires, in ms since the epoch; undefined if there is none. */
  get nextEnd(): number | undefined {
    return this.forgetExpired(-Infinity);
  }

  /** @returns when the next account expires, in ms since the epoch; undefined if there is none. */
  forgetExpired(now: number): number | undefined {
    const { kv } = this.#storage;
    const accounts = [...kv.list({ prefix })].map(
      ([key, account]) => [key, (account as Account).until] as const,
    );
    for (const [key, until] of accounts) if (until <= now) kv.delete(key);
    const next = Math.min(...accounts.map(([, until]) => until).filter((until) => until > now));
    return next === Infinity ? undefined : next;
  }
}

const newest = (reports: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(reports).slice(-maxReports));
