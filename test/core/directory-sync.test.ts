import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SharedScope } from "../../src/core/adk/session-state.ts";
import type { DirectoryUpdate } from "../../src/core/adk/session-summary.ts";
import type { KvStorage } from "../../src/store/kv.ts";
import { DirectorySync } from "../../src/store/directory-sync.ts";
import { Outbox } from "../../src/store/outbox.ts";
import { StoredState } from "../../src/store/stored-state.ts";

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

/** A Durable Object's synchronous storage. */
function memory(): KvStorage {
  const values = new Map<string, unknown>();
  return {
    kv: {
      get: (key) => structuredClone(values.get(key)),
      put: (key, value) => void values.set(key, structuredClone(value)),
      delete: (key) => values.delete(key),
      list: ({ prefix }) => [...values].filter(([key]) => key.startsWith(prefix)),
    },
  };
}

/** A conversation's sync, with a directory that a test can break, and the object's one alarm. */
function filed(storage = memory()) {
  const notes: [SharedScope, DirectoryUpdate][] = [];
  const world = {
    alarm: undefined as number | undefined,
    fails: false,
    hangs: false,
    shared: { user: {}, app: {} } as Record<SharedScope, Record<string, unknown>>,
  };
  const answer = async <T>(value: () => T): Promise<T> => {
    if (world.hangs) await new Promise(() => undefined);
    if (world.fails) throw new Error("overloaded");
    return value();
  };
  const state = new StoredState(storage);
  const sync = new DirectorySync({
    sharesUserState: true,
    remote: (scope) => ({
      note: (note) => answer(() => void notes.push([scope, note])),
      remove: () => answer(() => undefined),
      entries: () => answer(() => []),
      list: () => answer(() => ({ sessions: [], next: undefined, total: 0 })),
      state: () => answer(() => world.shared[scope]),
      admitCall: () => answer(() => true),
      admitConversation: () => answer(() => 0),
      readingError: () => answer(() => undefined),
      artifactChangeError: () => answer(() => undefined),
      read: () => answer(() => ({ sessions: [], next: undefined, total: 0 })),
    }),
    stored: state,
    outbox: new Outbox(storage),
    summary: () => ({
      session: "s",
      created: 0,
      updated: 0,
      agent: "ada",
      title: "",
      turns: 0,
      state: {},
    }),
    scheduleSync: (at) => void (world.alarm = at),
  });
  const set = (key: string, value: unknown): void => {
    state.change({ [key]: value });
    sync.keyChanged(key);
  };
  return { sync, state, notes, world, set, storage };
}

describe("[DIR4] pending changes are delivered to the directory by the alarm, together", () => {
  it("shared keys at once, the summary after a second, each to its own directory", async () => {
    const { sync, notes, world, set } = filed();
    sync.summaryChanged();
    expect(world.alarm).toBe(1000);
    set("user:name", "Ann");
    set("app:motto", "hi");
    set("own", 1);
    set("temp:x", 1);
    expect(world.alarm).toBe(0);
    await sync.deliver();
    expect(notes).toEqual([
      [
        "user",
        {
          created: 0,
          entry: expect.objectContaining({ session: "s" }),
          state: { "user:name": "Ann" },
        },
      ],
      ["app", { created: 0, state: { "app:motto": "hi" } }],
    ]);
    await sync.deliver();
    expect(notes).toHaveLength(2);
  });

  it("a removed key is delivered as null", async () => {
    const { sync, notes, set } = filed();
    set("user:name", "Ann");
    set("user:name", null);
    await sync.deliver();
    expect(notes).toEqual([["user", { created: 0, state: { "user:name": null } }]]);
  });
});

describe("[DIR5] unacknowledged changes are delivered again with growing delays, without limit", () => {
  it("after 5 s, then twice as long each time, up to ten minutes", async () => {
    const { sync, notes, world, set } = filed();
    world.fails = true;
    set("user:a", 1);
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      await sync.deliver();
      // A new debt waits with the old ones.
      set("user:b", n);
      waits.push(((world.alarm ?? 0) - Date.now()) / 1000);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
    world.fails = false;
    await sync.deliver();
    expect(notes).toEqual([["user", { created: 0, state: { "user:a": 1, "user:b": 8 } }]]);
  });

  it("no answer within ten seconds counts as a failure", async () => {
    const { sync, world, set } = filed();
    world.hangs = true;
    set("user:a", 1);
    const delivered = sync.deliver();
    await vi.advanceTimersByTimeAsync(10_000);
    await delivered;
    expect(world.alarm).toBe(15_000);
  });

  it("pending changes survive a restart", async () => {
    const first = filed();
    first.set("user:a", 1);
    const second = filed(first.storage);
    await second.sync.deliver();
    expect(second.notes).toEqual([["user", { created: 0, state: { "user:a": 1 } }]]);
    await filed(first.storage).sync.deliver();
    expect(second.notes).toHaveLength(1);
  });

  it("a change during a delivery stays pending", async () => {
    const { sync, notes, world, set } = filed();
    set("user:a", 1);
    const delivered = sync.deliver();
    await Promise.resolve();
    set("user:a", 2);
    await delivered;
    expect(world.alarm).toBe(1000);
    await sync.deliver();
    expect(notes.at(-1)).toEqual(["user", { created: 0, state: { "user:a": 2 } }]);
  });
});

describe("[STATE7] shared state is loaded at each join, and local writes are not lost", () => {
  it("changed keys are updated, removed keys deleted, pending keys kept", async () => {
    const { sync, state, world, set } = filed();
    world.shared = { user: { "user:a": 1, "user:b": 1 }, app: { "app:c": 1 } };
    await sync.load();
    set("user:b", 2);
    set("own", 1);
    world.shared = { user: { "user:b": 1, "user:d": 1 }, app: {} };
    await sync.load();
    expect(state.entriesOf("user", "app", "session")).toEqual({ "user:b": 2, "user:d": 1, own: 1 });
  });

  it("a failure leaves the copy unchanged; the wait for an answer is one second", async () => {
    const { sync, state, world } = filed();
    world.shared = { user: { "user:a": 1 }, app: {} };
    await sync.load();
    world.fails = true;
    await sync.load();
    world.hangs = true;
    const loaded = sync.load();
    await vi.advanceTimersByTimeAsync(1000);
    await loaded;
    expect(state.get("user:a")).toBe(1);
  });

  it("an answer to a load from before a deletion is discarded", async () => {
    const { sync, state, world } = filed();
    world.shared = { user: { "user:a": 1 }, app: {} };
    const loaded = sync.load();
    sync.reset();
    await loaded;
    expect(state.get("user:a")).toBeUndefined();
  });
});

describe("[STATE8] a stored value changes only when it is set", () => {
  it("cyclic data is rejected, functions are omitted, and reads return copies", () => {
    const { state } = filed();
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(() => state.change({ fine: 1, cyclic })).toThrow(/cyclic|circular/i);
    expect(state.get("fine")).toBeUndefined();
    state.change({ list: [1], f: () => 1 });
    (state.get("list") as number[]).push(2);
    expect(state.entriesOf("session")).toEqual({ list: [1] });
  });

  it.each([
    ["a Map", new Map([["a", 1]])],
    ["a Set", new Set([1])],
    ["an Error", new Error("x")],
    ["a RegExp", /x/],
    ["a Uint8Array", new Uint8Array(1)],
    ["a Float32Array", new Float32Array(1)],
    ["a Response", new Response("x")],
    ["a BigInt", 1n],
    ["NaN", Number.NaN],
    ["an invalid Date", new Date(Number.NaN)],
  ])("%s is rejected by name, alone or in data", (name, value) => {
    const { state } = filed();
    for (const bad of [value, { a: [value] }])
      expect(() => state.change({ fine: 1, bad })).toThrow(`"bad" was not set`);
    expect(() => state.change({ bad: value })).toThrow(name);
    expect(state.entriesOf("session")).toEqual({});
  });

  it("dates, URLs and null in data are kept", () => {
    const { state } = filed();
    state.change({ a: { at: new Date(0), none: null, url: new URL("https://a.test/") } });
    expect(state.get("a")).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      none: null,
      url: "https://a.test/",
    });
  });

  it("temporary keys are deleted at the end of a run", () => {
    const { state } = filed();
    state.change({ "temp:a": 1, b: 2 });
    expect(state.get("temp:a")).toBe(1);
    state.dropTemporary();
    expect(state.get("temp:a")).toBeUndefined();
    expect(state.get("b")).toBe(2);
  });
});
