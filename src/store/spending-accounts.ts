/** The spending of a user, or a token, in all conversations; in a directory object. */
import { addSpending, isNothing, nothingSpent, type Spending } from "../core/policy/budget.ts";
import type { KvStorage } from "./kv.ts";

interface Account {
  readonly spent: Spending;
  /** When it is forgotten, in ms since the epoch. */
  readonly until: number;
}

const prefix = "spent ";

export class SpendingAccounts {
  readonly #storage: KvStorage;

  constructor(storage: KvStorage) {
    this.#storage = storage;
  }

  /** @param until in ms since the epoch, as `now`. @returns the sum. An amount of nothing is only read. */
  add(name: string, amount: Spending, until: number, now: number): Spending {
    const { kv } = this.#storage;
    const key = prefix + name;
    const account = kv.get(key) as Account | undefined;
    const spent = addSpending(account?.spent ?? nothingSpent, amount);
    if (isNothing(amount)) return spent;
    if (!account) this.#forgetExpired(now);
    kv.put(key, { spent, until: Math.max(until, account?.until ?? 0) } satisfies Account);
    return spent;
  }

  #forgetExpired(now: number): void {
    const { kv } = this.#storage;
    const expired = [...kv.list({ prefix })].filter(([, account]) => {
      const { until } = account as Account;
      return until <= now;
    });
    for (const [key] of expired) kv.delete(key);
  }
}
