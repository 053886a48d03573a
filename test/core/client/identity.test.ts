import { expect, test } from "vitest";
import {
  withConversation,
  identify,
  takeToken,
  readRequestedRole,
  type KeyValueStorage,
} from "../../../src/page/identity.ts";
import { socketUrl } from "../../../packages/client/src/conversation-address.ts";
import { randomId } from "../../../packages/client/src/random-id.ts";
import { idFromQuery } from "../../../src/wire/query-id.ts";
import { parseServerInfo } from "../../../packages/client/src/server-info.ts";

function createStorage(): KeyValueStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
  };
}

function createIds(): () => string {
  let n = 0;
  return () => `r${++n}`;
}

const query = (text: string) => text && `?${text}`;

test("[PAGE30] the address sets user, session and agent", () => {
  const identity = identify(
    query("user=ann&session=one&agent=guide"),
    createStorage(),
    createIds(),
  );
  expect(identity).toEqual({ user: "ann", session: "one", agent: "guide" });
  expect(socketUrl("https://parley.test", identity)).toBe(
    "wss://parley.test/ws/ann/one?agent=guide",
  );
});

test("[ID2] an id with a plus is the same, encoded or not", () => {
  for (const address of [
    "user=+14155550100&session=a+b&agent=c+d",
    "user=%2B14155550100&session=a%2Bb&agent=c%2Bd",
  ]) {
    const identity = identify(query(address), createStorage(), createIds());
    expect(identity).toEqual({ user: "+14155550100", session: "a+b", agent: "c+d" });
    expect(socketUrl("https://parley.test", identity)).toBe(
      "wss://parley.test/ws/%2B14155550100/a%2Bb?agent=c%2Bd",
    );
  }
});

test.each([
  ["user=+14155550100", "+14155550100"],
  ["user=%2B14155550100", "+14155550100"],
  ["user=a+b%2Bc&session=a%20b", "a+b+c"],
])("[ID4] a plus in an id stays one: %s", (address, user) => {
  expect(identify(query(address), createStorage(), createIds()).user).toBe(user);
  expect(idFromQuery(`https://parley.test/run_live?${address}#a`, "user")).toBe(user);
});

test("[ID4] a blank in an id stays one, so that it is refused and is not another id", () => {
  const { user } = identify(query("user=ann%20lee"), createStorage(), createIds());
  expect(user).toBe("ann lee");
});

test("[PAGE86] a token leaves the address, and a reload of the tab keeps it", () => {
  const storage = createStorage();
  const replaced: unknown[] = [];
  const history = {
    state: null,
    replaceState: (...args: unknown[]) => void replaced.push(args[2]),
  };
  const address = { hash: "#token=a.b.c&x=1", pathname: "/", search: "?user=ann" };
  expect(takeToken(address, history, storage)).toBe("a.b.c");
  expect(replaced).toEqual(["/?user=ann#x=1"]);
  expect(takeToken({ ...address, hash: "#x=1" }, history, storage)).toBe("a.b.c");
  expect(takeToken({ ...address, hash: "" }, history, createStorage())).toBeUndefined();
  expect(replaced).toHaveLength(1);
});

test("[PAGE30] a missing user or session is generated once and stored", () => {
  const storage = createStorage();
  const random = createIds();
  const first = identify(query(""), storage, random);
  expect(first).toEqual({ user: "guest-r1", session: "r2" });
  expect(identify(query(""), storage, random)).toEqual(first);
});

test("[PAGE30] a new conversation keeps user and agent, and is stored", () => {
  const storage = createStorage();
  const random = createIds();
  const first = identify(query("agent=guide"), storage, random);
  const next = withConversation(first, storage, random());
  expect(next).toEqual({ ...first, session: "r3" });
  expect(identify(query("agent=guide"), storage, random)).toEqual(next);
});

test("[PAGE30] an identity exists although storage throws", () => {
  const refusing: KeyValueStorage = {
    getItem: () => {
      throw new Error("no");
    },
    setItem: () => {
      throw new Error("no");
    },
  };
  expect(identify(query(""), refusing, createIds())).toEqual({ user: "guest-r1", session: "r2" });
});

test("[PAGE30] names are escaped in the socket's address", () => {
  const url = socketUrl("http://localhost:8787", { user: "a b/c", session: "x?y" });
  expect(url).toBe("ws://localhost:8787/ws/a%20b%2Fc/x%3Fy");
  expect(randomId()).toMatch(/^[0-9a-v]{16}$/);
});

test("[PAGE30] a valid role is requested, an invalid one is ignored", () => {
  expect(readRequestedRole(new URLSearchParams("role=listener"))).toBe("listener");
  expect(readRequestedRole(new URLSearchParams("role=king"))).toBeUndefined();
  const identity = { user: "ann", session: "one" };
  expect(socketUrl("http://h", identity, { role: "listener" })).toBe(
    "ws://h/ws/ann/one?role=listener",
  );
});

test("[PAGE31] server information contains only valid fields of /healthz", () => {
  expect(
    parseServerInfo({ upstream: "local emulator", model: "m", agents: [{ name: "a" }, "b", 7] }),
  ).toEqual({
    upstream: "local emulator",
    model: "m",
    agents: [
      { name: "a", clientSettings: [], suggestions: [] },
      { name: "b", clientSettings: [], suggestions: [] },
    ],
    prices: [],
  });
  expect(parseServerInfo({ agents: [{ name: "a", suggestions: ["Hello?", 7] }] }).agents).toEqual([
    { name: "a", clientSettings: [], suggestions: ["Hello?"] },
  ]);
  const prices = { model: "m", asOf: "2026", source: "s", textIn: 1, audioIn: 2, imageIn: 3 };
  const known = { ...prices, textOut: 4, audioOut: 5 };
  expect(parseServerInfo({ prices: [prices, known, 7] }).prices).toEqual([known]);
  expect(parseServerInfo("ok")).toEqual({ agents: [], prices: [] });
  expect(parseServerInfo({ upstream: 7 })).toEqual({ agents: [], prices: [] });
});
