import { describe, expect, it } from "vitest";
import { stampEvent } from "../../src/core/adk/event.ts";
import {
  enqueueRun,
  removeRun,
  nextTimeout,
  onEvent,
  isQueueFull,
  emptyRunQueue,
  rejectRun,
  runLimits,
  onTimer,
  type RunQueue,
  type RunEffect,
} from "../../src/core/adk/run-queue.ts";
import { noActions, type EventBody } from "../../src/wire/adk.ts";

type Step =
  | { ask: string; kind?: "answer" }
  | { drop: string }
  | { refuse: string }
  | { wait: number }
  | Omit<EventBody, "author">;

/** Plays a story from 0 ms on. @returns what was done, as "say a", and where things stand. */
function play(...steps: Step[]): { done: string[]; runs: RunQueue; now: number } {
  let [runs, now]: [RunQueue, number] = [emptyRunQueue, 0];
  const done: string[] = [];
  const take = ([next, effects]: readonly [RunQueue, readonly RunEffect[]]): void => {
    runs = next;
    for (const effect of effects) done.push(`${effect.type} ${effect.id}`);
  };
  for (const step of steps)
    if ("ask" in step) take(enqueueRun(runs, { id: step.ask, kind: step.kind ?? "words" }, now));
    else if ("drop" in step) take(removeRun(runs, step.drop, now));
    else if ("refuse" in step) take(rejectRun(runs, step.refuse, now));
    else if ("wait" in step) take(onTimer(runs, (now += step.wait)));
    else {
      const stamp = { id: "e", invocationId: "", now };
      take(onEvent(runs, stampEvent({ author: "assistant", ...step }, stamp), now));
    }
  return { done, runs, now };
}

const words = { outputTranscription: { text: "Hi", finished: false } };
const over = { turnComplete: true };
const call = (id: string) => ({
  content: { role: "model", parts: [{ functionCall: { id, name: "f" } }] },
});
const answer = (id: string, more = {}) => ({
  content: { role: "user", parts: [{ functionResponse: { id, name: "f", ...more } }] },
});
const spoken = { voiceActivity: { voiceActivityType: "ACTIVITY_START" } };

describe("[RUN6] a run is said when no turn is on, first come first said, and ends with its turn", () => {
  it.each<[string, Step[], string[]]>([
    ["at once in a pause", [{ ask: "a" }], ["say a"]],
    ["one after the other", [{ ask: "a" }, { ask: "b" }, words, over], ["say a", "end a", "say b"]],
    ["not into an answer", [words, { ask: "a" }], []],
    ["when that is over", [words, { ask: "a" }, over], ["say a"]],
    [
      "not waiting for what was recorded of it",
      [
        words,
        over,
        { content: { role: "model", parts: [{ fileData: { fileUri: "artifact://a" } }] } },
        { ask: "a" },
      ],
      ["say a"],
    ],
    ["not into somebody's speech", [spoken, { ask: "a" }, words, over], ["say a"]],
    [
      "which may have been none",
      [spoken, { ask: "a" }, { wait: runLimits.speechTimeoutMs }],
      ["say a"],
    ],
    ["not by an answer's middle", [{ ask: "a" }, words, { wait: 30_000 }], ["say a"]],
    [
      "by the turn of what was cut",
      [{ ask: "a" }, words, { interrupted: true }, over],
      ["say a", "end a"],
    ],
    [
      "or without it, if its link is gone",
      [{ ask: "a" }, words, { interrupted: true }, { wait: runLimits.interruptionTimeoutMs }],
      ["say a", "end a"],
    ],
    ["not by a turn that owes a call's answer", [{ ask: "a" }, call("1"), over], ["say a"]],
    [
      "but by the turn after it",
      [{ ask: "a" }, call("1"), over, answer("1"), words, over],
      ["say a", "end a"],
    ],
    [
      "or by silence, where nothing is said to it",
      [{ ask: "a" }, call("1"), over, answer("1"), { wait: runLimits.followUpTimeoutMs }],
      ["say a", "end a"],
    ],
    [
      "at once where the answer is not to be heard",
      [{ ask: "a" }, call("1"), answer("1", { scheduling: "SILENT" }), over],
      ["say a", "end a"],
    ],
    [
      "not waiting for a call that takes long",
      [{ ask: "a" }, { ...call("1"), longRunningToolIds: ["1"] }, over],
      ["say a", "end a"],
    ],
    [
      "nor for a person",
      [
        { ask: "a" },
        call("1"),
        { actions: { ...noActions, requestedToolConfirmations: { "1": {} } } },
      ],
      ["say a", "end a"],
    ],
    [
      "by what waiting does not mend",
      [{ ask: "a" }, { errorCode: "UPSTREAM_UNAUTHENTICATED" }],
      ["say a", "end a"],
    ],
    ["not by what it does", [{ ask: "a" }, { errorCode: "UPSTREAM_LOST" }], ["say a"]],
    [
      "after which the next is not kept waiting",
      [{ ask: "a" }, { errorCode: "UPSTREAM_UNAUTHENTICATED" }, { ask: "b" }],
      ["say a", "end a", "say b"],
    ],
    [
      "nor after a refusal",
      [{ ask: "a" }, { ask: "b" }, { errorCode: "BLOCKED" }, { refuse: "a" }],
      ["say a", "say b"],
    ],
    [
      "nor after one that got no answer",
      [
        { ask: "a" },
        { wait: 30_000 },
        { ask: "b" },
        { errorCode: "TOOLSET_UNAVAILABLE" },
        { wait: 30_000 },
      ],
      ["say a", "late a", "say b"],
    ],
    [
      "nor by somebody who left, and got none",
      [{ ask: "a" }, { drop: "a" }, { wait: 1 }, { ask: "b" }, { wait: 60_000 - 1 }],
      ["say a", "say b"],
    ],
    [
      "not by what is somebody else's",
      [{ ask: "a" }, { errorCode: "BLOCKED" }, words, over],
      ["say a", "end a"],
    ],
    ["an answer does not wait", [words, { ask: "a", kind: "answer" }], ["say a"]],
    ["who is gone is not said", [words, { ask: "a" }, { drop: "a" }, over], []],
    ["and makes room", [{ ask: "a" }, { ask: "b" }, { drop: "a" }, over], ["say a", "say b"]],
    ["for 60 s, said", [{ ask: "a" }, words, { wait: 60_000 }], ["say a", "late a"]],
    ["or not", [words, { ask: "b" }, { wait: 60_000 }], ["late b"]],
  ])("%s", (_, steps, done) => {
    expect(play(...steps).done).toEqual(done);
  });

  it("knows when it has something to do, and when too many wait", () => {
    expect(nextTimeout(play(words, over).runs)).toBe(undefined);
    expect(nextTimeout(play({ ask: "a" }).runs)).toBe(runLimits.deadlineMs);
    expect(nextTimeout(play({ ask: "a" }, words, { interrupted: true }).runs)).toBe(
      runLimits.interruptionTimeoutMs,
    );
    const many = Array.from({ length: runLimits.maxWaiting }, (_, at) => ({ ask: `${at}` }));
    expect(isQueueFull(play(words, ...many.slice(1)).runs)).toBe(false);
    expect(isQueueFull(play(words, ...many).runs)).toBe(true);
  });
});
