import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IncrementalHook } from "../../src/agent/runtime/incremental-hook.ts";
import { applyEventHook, callHook, hookTimeoutMs } from "../../src/agent/runtime/call-hook.ts";
import type { Block, Hooks } from "../../src/agent/hooks.ts";
import type { Event } from "../../src/wire/adk.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An incremental hook that takes `delayMs`, and a record of its calls and outcomes. */
function incrementalHook(delayMs: number) {
  const calls: string[] = [];
  const outcomes: [text: string, late: boolean][] = [];
  const hook = new IncrementalHook({
    callHook: (text, delta) =>
      callHook<Block>("afterModel", () => {
        calls.push(`${text}|${delta}`);
        const result = { block: text };
        return delayMs > 0
          ? new Promise<Block>((resolve) => setTimeout(() => resolve(result), delayMs))
          : result;
      }),
    handleOutcome: (outcome, late) =>
      void outcomes.push([
        outcome !== "failed" && outcome.value && "block" in outcome.value
          ? outcome.value.block
          : "?",
        late,
      ]),
  });
  return { hook, calls, outcomes };
}

describe("[HOOK12] a hook is called on text as it arrives, one call at a time", () => {
  it("a synchronous hook is called on each piece", () => {
    const { hook, calls, outcomes } = incrementalHook(0);
    hook.append("one ");
    hook.append("two");
    expect(calls).toEqual(["one |one ", "one two|two"]);
    expect(outcomes).toEqual([
      ["one ", false],
      ["one two", false],
    ]);
    expect(hook.settled).toBeUndefined();
  });

  it("text that arrives during a call goes into the next call together", async () => {
    const { hook, calls } = incrementalHook(100);
    for (const word of ["one ", "two ", "three"]) hook.append(word);
    await vi.advanceTimersByTimeAsync(100);
    expect(calls).toEqual(["one |one ", "one two three|two three"]);
    expect(hook.settled).toBeDefined();
    await vi.advanceTimersByTimeAsync(100);
    expect(hook.settled).toBeUndefined();
  });

  it("check() calls the hook on each text alone; an outcome of a past turn is late", async () => {
    const { hook, calls, outcomes } = incrementalHook(100);
    hook.check("one");
    hook.check("two");
    hook.endTurn();
    await vi.advanceTimersByTimeAsync(100);
    expect(calls).toEqual(["one|one", "two|two"]);
    expect(outcomes).toEqual([
      ["one", true],
      ["two", true],
    ]);
  });

  it("a hook that takes more than two seconds has failed", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const { hook, outcomes } = incrementalHook(hookTimeoutMs + 1);
    hook.append("one");
    await vi.advanceTimersByTimeAsync(hookTimeoutMs);
    expect(outcomes).toEqual([["?", false]]);
  });
});

describe("[HOOK11] onEvent may rewrite or drop an event before it is published and recorded", () => {
  const event = { id: "e1", invocationId: "r", timestamp: 1, author: "ada" } as Event;
  const context = { agent: "ada", state: { get: () => undefined, set: () => undefined }, env: {} };
  const apply = (onEvent: Hooks["onEvent"]) =>
    applyEventHook(event, onEvent ? { onEvent } : {}, context);

  it("the event keeps its id, invocation id and timestamp", () => {
    expect(apply(undefined)).toBe(event);
    expect(apply(() => undefined)).toBe(event);
    expect(apply(() => null)).toBeUndefined();
    const other = { ...event, id: "x", timestamp: 9, errorCode: "NO" };
    expect(apply(() => other)).toEqual({ ...event, errorCode: "NO" });
  });

  it("an exception or a promise leaves the event unchanged; the console shows the hook's name and no message", () => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    const broken = () => {
      throw new Error("4111 1111 1111 1111");
    };
    expect(apply(broken)).toBe(event);
    expect(apply((async () => null) as never)).toBe(event);
    expect(print.mock.calls.flat().join(" ")).toMatch(/onEvent.*onEvent/);
    expect(print.mock.calls.flat().join(" ")).not.toContain("4111");
  });
});

describe("[HOOK17] a hook may return anything that can be awaited", () => {
  const awaitable = <T>(value: T): Promise<T> =>
    // oxlint-disable-next-line unicorn/no-thenable -- That is what it is about.
    ({ then: (resolve: (value: T) => void) => resolve(value) }) as unknown as Promise<T>;

  it("its verdict counts", async () => {
    const blocked = callHook<Block>("beforeModel", () => awaitable({ block: "No." }));
    expect(await blocked).toEqual({ value: { block: "No." } });
    expect(await callHook("beforeModel", () => awaitable(undefined))).toEqual({ value: undefined });
  });

  it("as a function, as what a Worker's binding returns", async () => {
    const rpc = Object.assign(() => undefined, awaitable({ block: "No." }));
    const outcome = callHook<Block>("beforeModel", () => rpc);
    expect(await outcome).toEqual({ value: { block: "No." } });
  });

  it("except onEvent, which is not async", () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const event = { id: "e1", author: "user" } as Event;
    const hooks = { onEvent: () => awaitable(null) as never } as Hooks;
    expect(applyEventHook(event, hooks, {} as never)).toBe(event);
  });
});

it("[HOOK7] a verdict on an earlier turn does not speak for the texts of this one", async () => {
  const late = Promise.withResolvers<Block>();
  const hook = new IncrementalHook({
    callHook: (text) =>
      callHook<Block>("beforeModel", () =>
        text === "bad" ? late.promise : Promise.resolve(undefined),
      ),
    handleOutcome: () => undefined,
  });
  hook.check("bad");
  const first = hook.settled;
  hook.endTurn();
  hook.check("good");
  const second = hook.settled;
  late.resolve({ block: "No." });
  expect([await first, await second]).toEqual([false, true]);
});
