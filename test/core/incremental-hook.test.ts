import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IncrementalHook } from "../../src/agent/incremental-hook.ts";
import {
  callHook,
  hookTimeoutMs,
  applyEventHook,
  type Block,
  type Hooks,
} from "../../src/agent/hooks.ts";
import type { Event } from "../../src/wire/adk.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A judge whose hook thinks for a while, and what it was asked and ruled. */
function judging(thinkMs: number) {
  const asked: string[] = [];
  const ruled: [words: string, late: boolean][] = [];
  const judge = new IncrementalHook({
    callHook: (text, delta) =>
      callHook<Block>("afterModel", () => {
        asked.push(`${text}|${delta}`);
        const word = { block: text };
        return thinkMs > 0
          ? new Promise<Block>((said) => setTimeout(() => said(word), thinkMs))
          : word;
      }),
    handleOutcome: (outcome, late) =>
      void ruled.push([
        outcome !== "failed" && outcome.value && "block" in outcome.value
          ? outcome.value.block
          : "?",
        late,
      ]),
  });
  return { judge, asked, ruled };
}

describe("[HOOK12] a hook is asked about words as they come, one question at a time", () => {
  it("at once where it answers at once", () => {
    const { judge, asked, ruled } = judging(0);
    judge.append("one ");
    judge.append("two");
    expect(asked).toEqual(["one |one ", "one two|two"]);
    expect(ruled).toEqual([
      ["one ", false],
      ["one two", false],
    ]);
    expect(judge.settled).toBeUndefined();
  });

  it("what comes while it thinks is asked about together", async () => {
    const { judge, asked } = judging(100);
    for (const word of ["one ", "two ", "three"]) judge.append(word);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(["one |one ", "one two three|two three"]);
    expect(judge.settled).toBeDefined();
    await vi.advanceTimersByTimeAsync(100);
    expect(judge.settled).toBeUndefined();
  });

  it("whole utterances each by itself; what is said of a turn that is over comes late", async () => {
    const { judge, asked, ruled } = judging(100);
    judge.check("one");
    judge.check("two");
    judge.endTurn();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(["one|one", "two|two"]);
    expect(ruled).toEqual([
      ["one", true],
      ["two", true],
    ]);
  });

  it("one that thinks for more than two seconds has failed", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const { judge, ruled } = judging(hookTimeoutMs + 1);
    judge.append("one");
    await vi.advanceTimersByTimeAsync(hookTimeoutMs);
    expect(ruled).toEqual([["?", false]]);
  });
});

describe("[HOOK11] an event may be rewritten or dropped on its way to clients and log", () => {
  const event = { id: "e1", invocationId: "r", timestamp: 1, author: "ada" } as Event;
  const context = { agent: "ada", state: { get: () => undefined, set: () => undefined }, env: {} };
  const screen = (onEvent: Hooks["onEvent"]) =>
    applyEventHook(event, onEvent ? { onEvent } : {}, context);

  it("its id, run and time stay its own", () => {
    expect(screen(undefined)).toBe(event);
    expect(screen(() => undefined)).toBe(event);
    expect(screen(() => null)).toBeUndefined();
    const other = { ...event, id: "x", timestamp: 9, errorCode: "NO" };
    expect(screen(() => other)).toEqual({ ...event, errorCode: "NO" });
  });

  it("a throw, or a promise, leaves it as it was; the console has the hook's name and no words", () => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    const broken = () => {
      throw new Error("4111 1111 1111 1111");
    };
    expect(screen(broken)).toBe(event);
    expect(screen((async () => null) as never)).toBe(event);
    expect(print.mock.calls.flat().join(" ")).toMatch(/onEvent.*onEvent/);
    expect(print.mock.calls.flat().join(" ")).not.toContain("4111");
  });
});
