import { describe, expect, it } from "vitest";
import { isQueueFull, nextTimeout, runLimits } from "../../src/core/adk/run-queue.ts";
import { noActions } from "../../src/wire/adk.ts";
import {
  call,
  filler,
  idle,
  interrupted,
  play,
  result,
  speech,
  turnComplete,
  typed,
  output,
  type Step,
} from "./run-queue-script.ts";

describe("[RUN6] A run must start while no turn is active, in order of arrival", () => {
  it.each<[string, Step[], string[]]>([
    ["starts at once in a pause", [{ run: "a" }], ["start a"]],
    [
      "starts one after the other",
      [{ run: "a" }, { run: "b" }, output, turnComplete],
      ["start a", "end a", "start b"],
    ],
    ["does not start during an answer", [output, { run: "a" }], []],
    ["starts when the answer is over", [output, { run: "a" }, turnComplete], ["start a"]],
    [
      "does not wait for a recording of the answer",
      [
        output,
        turnComplete,
        {
          publish: {
            content: { role: "model", parts: [{ fileData: { fileUri: "artifact://a" } }] },
          },
        },
        { run: "a" },
      ],
      ["start a"],
    ],
    [
      "does not start while the user speaks",
      [speech, { run: "a" }, output, turnComplete],
      ["start a"],
    ],
    [
      "starts after speech without words",
      [speech, { run: "a" }, { wait: runLimits.speechTimeoutMs }],
      ["start a"],
    ],
    ["does not start before another client's input is answered", [typed, { run: "a" }], []],
    [
      "starts when the model chose not to answer that",
      [typed, { run: "a" }, { wait: 10_000 }],
      ["start a"],
    ],
    [
      "does not end in the middle of an answer",
      [{ run: "a" }, output, { wait: 30_000 }],
      ["start a"],
    ],
    [
      "ends with the turn of an answer that was interrupted",
      [{ run: "a" }, output, interrupted, turnComplete],
      ["start a", "end a"],
    ],
    [
      "ends without it if its session is gone",
      [
        { run: "a" },
        output,
        { signal: { type: "interrupted" } },
        { wait: runLimits.interruptionTimeoutMs },
      ],
      ["start a", "end a"],
    ],
    [
      "ends so even when the next session is ready by then",
      [
        { run: "a" },
        output,
        { signal: { type: "interrupted" } },
        { model: { setupComplete: {} } },
        { wait: runLimits.interruptionTimeoutMs },
      ],
      ["start a", "end a"],
    ],
    [
      "does not end with a turn whose call has no response",
      [{ run: "a" }, call("1"), turnComplete],
      ["start a"],
    ],
    [
      "ends with the turn after the response",
      [{ run: "a" }, call("1"), turnComplete, result("1"), output, turnComplete],
      ["start a", "end a"],
    ],
    [
      "ends by silence where the model does not comment on the response",
      [{ run: "a" }, call("1"), turnComplete, result("1"), { wait: runLimits.followUpTimeoutMs }],
      ["start a", "end a"],
    ],
    [
      "ends at once where the response is silent",
      [{ run: "a" }, call("1"), result("1", { scheduling: "SILENT" }), turnComplete],
      ["start a", "end a"],
    ],
    [
      "does not wait for a long-running call",
      [{ run: "a" }, call("1", "slow"), turnComplete],
      ["start a", "end a"],
    ],
    [
      "does not wait for an approval",
      [
        { run: "a" },
        call("1"),
        { publish: { actions: { ...noActions, requestedToolConfirmations: { "1": {} } } } },
      ],
      ["start a", "end a"],
    ],
    [
      "does not wait for a call that was interrupted",
      [{ run: "a" }, call("1"), interrupted, turnComplete],
      ["start a", "end a"],
    ],
    [
      "ends at an error that waiting does not mend",
      [{ run: "a" }, { publish: { errorCode: "UPSTREAM_UNAUTHENTICATED" } }],
      ["start a", "end a"],
    ],
    [
      "does not end at an error that waiting mends",
      [{ run: "a" }, { publish: { errorCode: "UPSTREAM_LOST" } }],
      ["start a"],
    ],
    [
      "does not delay the next run after such an error",
      [
        { run: "a" },
        typed,
        { publish: { errorCode: "UPSTREAM_UNAUTHENTICATED" } },
        { signal: { type: "upstreamClosed" } },
        { run: "b" },
      ],
      ["start a", "end a", "start b"],
    ],
    [
      "does not delay the next run after a rejection",
      [{ run: "a" }, { run: "b" }, { publish: { errorCode: "BLOCKED" } }, { reject: "a" }],
      ["start a", "start b"],
    ],
    [
      "does not delay the next run after one that got no answer",
      [
        { run: "a" },
        { wait: 30_000 },
        { run: "b" },
        { publish: { errorCode: "TOOLSET_UNAVAILABLE" } },
        { wait: 30_000 },
      ],
      ["start a", "late a", "start b"],
    ],
    [
      "waits 60 s for the answer to a client that left",
      [{ run: "a" }, { abandon: "a" }, { wait: 1 }, { run: "b" }, { wait: 60_000 - 1 }],
      ["start a", "start b"],
    ],
    [
      "starts the next run with the end of that answer, and reports nothing to the client that left",
      [{ run: "a" }, { abandon: "a" }, { run: "b" }, output, turnComplete],
      ["start a", "start b"],
    ],
    [
      "does not end at another client's block",
      [{ run: "a" }, { publish: { errorCode: "BLOCKED" } }, output, turnComplete],
      ["start a", "end a"],
    ],
    ["starts an answer to a call at once", [output, { run: "a", kind: "answer" }], ["start a"]],
    [
      "does not start for a client that left",
      [output, { run: "a" }, { abandon: "a" }, turnComplete],
      [],
    ],
    [
      "is late after 60 s, started",
      [{ run: "a" }, output, { wait: 60_000 }],
      ["start a", "late a"],
    ],
    ["is late after 60 s, waiting", [output, { run: "b" }, { wait: 60_000 }], ["late b"]],
  ])("%s", (_, steps, did) => {
    expect(play(...steps).did).toEqual(did);
  });

  it("does not end with the turn before it, whose message ends with several events", () => {
    const end = { serverContent: { turnComplete: true }, usageMetadata: { totalTokenCount: 1 } };
    const next: Step[] = [output, { run: "a" }, { model: end }];
    expect(play(...next).did).toEqual(["start a"]);
    expect(play(...next, typed, output, { model: end }).did).toEqual(["start a", "end a"]);
  });

  it.each<[string, Step[], string[]]>([
    ["does not end with a filler", [{ run: "a" }, output, filler, { wait: 30_000 }], ["start a"]],
    [
      "ends with the answer after it",
      [{ run: "a" }, output, filler, output, idle],
      ["start a", "end a"],
    ],
    [
      "ends with the answer that follows a call, however long the model thinks",
      [
        { run: "a" },
        output,
        filler,
        call("1"),
        result("1"),
        { wait: 30_000 },
        output,
        filler,
        output,
        idle,
      ],
      ["start a", "end a"],
    ],
    [
      "ends where no status is reported",
      [{ run: "a" }, output, turnComplete],
      ["start a", "end a"],
    ],
    [
      "does not start between a filler and its answer",
      [typed, output, filler, { run: "a" }, { wait: 20_000 }],
      [],
    ],
    ["starts after the answer", [output, filler, { run: "a" }, output, idle], ["start a"]],
    [
      "starts if the answer never comes",
      [output, filler, { wait: 10_000 }, { run: "a" }, { wait: runLimits.thinkingTimeoutMs }],
      ["late a"],
    ],
    [
      "starts a minute after the last sign of the model",
      [output, filler, { wait: 30_000 }, { run: "a" }, { wait: 30_000 }],
      ["start a"],
    ],
  ])("[RUN24] with extended thinking: %s", (_, steps, did) => {
    expect(play(...steps).did).toEqual(did);
  });

  it("[LIMIT12] reports when its timer is due, and when too many runs wait", () => {
    const due = (...steps: Step[]): number | undefined => {
      const { queue, turn } = play(...steps);
      return nextTimeout(queue, turn);
    };
    expect(due(output, turnComplete)).toBeUndefined();
    expect(due({ run: "a" })).toBe(runLimits.deadlineMs);
    expect(due({ run: "a" }, output, interrupted)).toBe(runLimits.interruptionTimeoutMs);
    expect(due(typed, { run: "a" })).toBe(10_000);
    const many = Array.from({ length: runLimits.maxWaiting + runLimits.maxHeld }, (_, at) => ({
      run: `${at}`,
    }));
    expect(isQueueFull(play(output, ...many.slice(1)).queue)).toBe(false);
    expect(isQueueFull(play(output, ...many).queue)).toBe(true);
  });
});

describe("[RUN30] callers that have left do not fill the queue", () => {
  const many = Array.from({ length: runLimits.maxWaiting }, (_, at) => ({ run: `${at}` }));

  it("one more waits a moment for a place among those that wait", () => {
    const full: Step[] = [output, ...many, { run: "next" }];
    expect(play(...full, { wait: runLimits.heldMs - 1 }).did).toEqual([]);
    expect(play(...full, { wait: runLimits.heldMs }).did).toEqual(["full next"]);
    const { queue, turn } = play(...full);
    expect(nextTimeout(queue, turn)).toBe(runLimits.heldMs);
  });

  it.each([{ reject: "3" }, { abandon: "3" }])(
    "and keeps the place that a caller leaves to it, until its own deadline: %j",
    (leave) => {
      const left: Step[] = [output, ...many, { run: "next" }, leave];
      expect(play(...left, { wait: runLimits.heldMs }).did).toEqual([]);
      expect(play(...left, { wait: runLimits.deadlineMs }).did.at(-1)).toBe("late next");
    },
  );

  it("twenty more wait so, and the next is refused at once", () => {
    const held = Array.from({ length: runLimits.maxHeld }, (_, at) => ({ run: `held ${at}` }));
    expect(runLimits.maxHeld).toBe(20);
    expect(isQueueFull(play(output, ...many, ...held.slice(1)).queue)).toBe(false);
    expect(isQueueFull(play(output, ...many, ...held).queue)).toBe(true);
    const { did } = play(output, ...many, ...held, { wait: runLimits.heldMs });
    expect(did).toEqual(held.map(({ run }) => `full ${run}`));
  });
});
