import { expect, test } from "vitest";
import {
  anew,
  identify,
  randomId,
  socketUrl,
  wishedRole,
  type Memory,
} from "../../../src/client/identity.ts";
import { readServerInfo } from "../../../src/client/server-info.ts";

function memory(): Memory {
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
  const next = anew(first, kept, random);
  expect(next).toEqual({ ...first, session: "r3" });
  expect(identify(query("agent=guide"), kept, random)).toEqual(next);
});

test("[PAGE30] a browser that remembers nothing still gets a conversation", () => {
  const refusing: Memory = {
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
  expect(wishedRole(query("role=listener"))).toBe("listener");
  expect(wishedRole(query("role=king"))).toBeUndefined();
  const identity = { user: "ann", session: "one" };
  expect(socketUrl("http://h", identity, "listener")).toBe("ws://h/ws/ann/one?role=listener");
});

test("[PAGE31] of the server only what it says of itself is shown", () => {
  expect(
    readServerInfo({ upstream: "local emulator", model: "m", agents: [{ name: "a" }, "b", 7] }),
  ).toEqual({
    upstream: "local emulator",
    model: "m",
    agents: [
      { name: "a", suggestions: [] },
      { name: "b", suggestions: [] },
    ],
  });
  expect(readServerInfo({ agents: [{ name: "a", suggestions: ["Hello?", 7] }] }).agents).toEqual([
    { name: "a", suggestions: ["Hello?"] },
  ]);
  expect(readServerInfo("ok")).toEqual({ agents: [] });
  expect(readServerInfo({ upstream: 7 })).toEqual({ agents: [] });
});
