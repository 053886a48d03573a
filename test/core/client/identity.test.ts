import { expect, test } from "vitest";
import {
  withNewConversation,
  identify,
  randomId,
  socketUrl,
  readRequestedRole,
  type KeyValueStorage,
} from "../../../src/client/identity.ts";
import { parseServerInfo } from "../../../src/client/server-info.ts";

function memory(): KeyValueStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
  };
}

function counting(): () => string {
  let n = 0;
  return () => `r${++n}`;
}

const query = (text: string) => new URLSearchParams(text);

test("[PAGE30] the address names who talks, in which conversation, with whom", () => {
  const identity = identify(query("user=ann&session=one&agent=guide"), memory(), counting());
  expect(identity).toEqual({ user: "ann", session: "one", agent: "guide" });
  expect(socketUrl("https://parley.test", identity)).toBe(
    "wss://parley.test/ws/ann/one?agent=guide",
  );
});

test("[PAGE30] what the address does not name is made up once and remembered", () => {
  const kept = memory();
  const random = counting();
  const first = identify(query(""), kept, random);
  expect(first).toEqual({ user: "guest-r1", session: "r2" });
  expect(identify(query(""), kept, random)).toEqual(first);
});

test("[PAGE30] a new conversation has the same person in it, and is remembered", () => {
  const kept = memory();
  const random = counting();
  const first = identify(query("agent=guide"), kept, random);
  const next = withNewConversation(first, kept, random);
  expect(next).toEqual({ ...first, session: "r3" });
  expect(identify(query("agent=guide"), kept, random)).toEqual(next);
});

test("[PAGE30] a browser that remembers nothing still gets a conversation", () => {
  const refusing: KeyValueStorage = {
    getItem: () => {
      throw new Error("no");
    },
    setItem: () => {
      throw new Error("no");
    },
  };
  expect(identify(query(""), refusing, counting())).toEqual({ user: "guest-r1", session: "r2" });
});

test("[PAGE30] names are put into the address unharmed", () => {
  const url = socketUrl("http://localhost:8787", { user: "a b/c", session: "x?y" });
  expect(url).toBe("ws://localhost:8787/ws/a%20b%2Fc/x%3Fy");
  expect(randomId()).toMatch(/^[0-9a-v]{16}$/);
});

test("[PAGE30] a role is asked for where it is one", () => {
  expect(readRequestedRole(query("role=listener"))).toBe("listener");
  expect(readRequestedRole(query("role=king"))).toBeUndefined();
  const identity = { user: "ann", session: "one" };
  expect(socketUrl("http://h", identity, "listener")).toBe("ws://h/ws/ann/one?role=listener");
});

test("[PAGE31] of the server only what it says of itself is shown", () => {
  expect(
    parseServerInfo({ upstream: "local emulator", model: "m", agents: [{ name: "a" }, "b", 7] }),
  ).toEqual({
    upstream: "local emulator",
    model: "m",
    agents: [
      { name: "a", suggestions: [] },
      { name: "b", suggestions: [] },
    ],
  });
  expect(parseServerInfo({ agents: [{ name: "a", suggestions: ["Hello?", 7] }] }).agents).toEqual([
    { name: "a", suggestions: ["Hello?"] },
  ]);
  expect(parseServerInfo("ok")).toEqual({ agents: [] });
  expect(parseServerInfo({ upstream: 7 })).toEqual({ agents: [] });
});
