/** Tool calls in the transcript. */
import { expect, test } from "vitest";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";
import { emptyCaptions, reduceCaptions } from "../../../packages/client/src/state/captions.ts";

const callsAfter = (...events: readonly ConnectionEvent[]) =>
  events.reduce(reduceCaptions, emptyCaptions).list.flatMap(({ call }) => call ?? []);

const call: ConnectionEvent = {
  kind: "toolCall",
  id: "c1",
  name: "find_items",
  args: { query: "mug" },
  at: 10,
};

const result = (response: object, more?: true): ConnectionEvent => ({
  kind: "toolResult",
  id: "c1",
  name: "find_items",
  response,
  at: 10.84,
  ...(more && { more }),
});

test("[PAGE124] a call runs until its result, and shows arguments, result and duration", () => {
  expect(callsAfter(call)).toMatchObject([{ state: "running", args: '{\n  "query": "mug"\n}' }]);
  const [done] = callsAfter(call, result({ items: 1 }));
  expect(done).toMatchObject({ state: "done", response: '{\n  "items": 1\n}' });
  expect(done?.durationMs).toBeCloseTo(840);
});

test("[PAGE124] a result with an error has failed, and one with more to come still runs", () => {
  expect(callsAfter(call, result({ error: "No such item." }))[0]?.state).toBe("failed");
  const [streaming] = callsAfter(call, result({ progress: 1 }, true));
  expect(streaming?.state).toBe("running");
  expect(streaming?.durationMs).toBeUndefined();
});

test("[PAGE124] a result goes to the call with its id, or without ids to the latest of its name", () => {
  const other: ConnectionEvent = { ...call, id: "c2" };
  expect(callsAfter(call, other, result({})).map(({ state }) => state)).toEqual([
    "done",
    "running",
  ]);
  const nameless: ConnectionEvent = { kind: "toolCall", name: "find_items" };
  const answered: ConnectionEvent = { kind: "toolResult", name: "find_items", response: {} };
  const states = callsAfter(nameless, nameless, answered).map(({ state }) => state);
  expect(states).toEqual(["running", "done"]);
});

test("[PAGE124] a call that needs approval waits, and runs when it is decided", () => {
  const requested: ConnectionEvent = { kind: "approvalRequested", id: "c1", hint: "find" };
  expect(callsAfter(call, requested)[0]?.state).toBe("waiting");
  expect(callsAfter(call, requested, { kind: "approvalDecided", id: "c1" })[0]?.state).toBe(
    "running",
  );
});

test("[PAGE124] a long result is cut", () => {
  const [done] = callsAfter(call, result({ text: "x".repeat(10_000) }));
  expect(done?.response?.length).toBeLessThan(4_100);
});
