import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { Approvals } from "../../src/agent/runtime/approvals.ts";
import { tool, type Approval, type ToolContext } from "../../src/agent/tool.ts";
import { runningWithHooks } from "./hooked-tool-harness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const run = vi.fn(({ to }: { to: string }, { approved }: ToolContext) => ({ paid: to, approved }));
const pay = (approval: Approval<{ to: string }>) =>
  tool({
    name: "pay_bill",
    description: "",
    parameters: z.object({ to: z.string() }),
    approval,
    run,
  });

const confirmationsIn = (events: readonly object[]) =>
  events.flatMap((body) =>
    "actions" in body ? [(body.actions as never)["requestedToolConfirmations"]] : [],
  );

describe("[APPROVE1] a call that needs approval waits for a person", () => {
  beforeEach(() => void run.mockClear());

  it("it waits outside the tool's deadline; request and decision are published", async () => {
    const { call, approvals, events, responses } = runningWithHooks(pay("pay the bill"));
    await call("pay_bill", { to: "Bob" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(run).not.toHaveBeenCalled();
    expect(events).toMatchObject([{ author: "ada" }]);
    const payload = { name: "pay_bill", args: { to: "Bob" } };
    expect(confirmationsIn(events)).toEqual([
      { call_1: { hint: "pay the bill", confirmed: false, payload } },
    ]);
    expect(approvals.pending).toEqual([{ body: events[0], expiresInMs: 60_000 }]);
    expect(approvals.decide("call_1", { approved: true, payload: { limit: 5 } })).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(responses()).toEqual([{ id: "call_1", paid: "Bob", approved: { limit: 5 } }]);
    expect(events[1]).toMatchObject({ author: "user" });
    expect(events[1]?.content?.parts?.[0]?.functionResponse).toMatchObject({
      id: "call_1",
      name: "adk_request_confirmation",
      response: { confirmed: true, payload: { limit: 5 } },
    });
    expect(approvals.pending).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("[CALL19] a decision is of one call, if another agent's has the same id", async () => {
    const clock = { now: () => Date.now(), after: () => ({ cancel: () => undefined }) };
    const published: object[] = [];
    const approvals = new Approvals(clock, (body) => void published.push(body));
    const { signal } = new AbortController();
    const request = { id: "c1", agent: "ada", tool: "pay_bill", args: {}, hint: "pay the bill" };
    const first = approvals.request(request, signal);
    const second = approvals.request({ ...request, agent: "bob", args: { to: "Eve" } }, signal);
    await expect(second).rejects.toThrow("waits for approval");
    expect(published).toHaveLength(1);
    approvals.decide("c1", { approved: true });
    expect(await first).toEqual({ approved: true });
  });

  it("a rejection is answered as an error, and only the first decision counts", async () => {
    const { call, approvals, responses } = runningWithHooks(pay(true));
    await call("pay_bill", { to: "Bob" });
    expect(approvals.decide("call_1", { approved: false })).toBe(true);
    expect(approvals.decide("call_1", { approved: true })).toBe(false);
    expect(approvals.decide("call_9", { approved: true })).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(responses()).toEqual([{ id: "call_1", error: expect.stringContaining("declined") }]);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("[APPROVE2] approval and its text may depend on the arguments", () => {
  it.each([
    ["a text of the tool's", () => "pay Bob", "pay Bob"],
    ["a text made of the call", () => true, "use pay bill: to Bob"],
    ["no approval", () => false, undefined],
  ])("%s", async (_, approval, hint) => {
    const { call, events, answers } = runningWithHooks(pay(approval));
    await call("pay_bill", { to: "Bob" });
    expect(confirmationsIn(events)).toMatchObject(hint ? [{ call_1: { hint } }] : []);
    expect(answers).toHaveLength(hint ? 0 : 1);
  });

  it("invalid arguments are answered without approval", async () => {
    const { call, events, responses } = runningWithHooks(pay(true));
    await call("pay_bill", {});
    expect(events).toEqual([]);
    expect(responses()).toEqual([{ id: "call_1", error: expect.stringContaining("Wrong") }]);
  });
});

describe("[APPROVE3] a call without a decision is answered", () => {
  it("after two minutes", async () => {
    const { call, events, responses } = runningWithHooks(pay(true));
    await call("pay_bill", { to: "Bob" });
    await vi.advanceTimersByTimeAsync(119_999);
    expect(responses()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(responses()).toEqual([{ id: "call_1", error: "No operator approved it in time." }]);
    expect(events.at(-1)).toMatchObject({ author: "parley" });
  });

  it.each([
    ["when the model cancels the call", "cancel"],
    ["when the conversation ends", "stop"],
  ] as const)("%s the request is withdrawn", async (_, how) => {
    const { call, events, answers, approvals, runner } = runningWithHooks(pay(true));
    await call("pay_bill", { to: "Bob" });
    runner[how](["call_1"]);
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toEqual([]);
    expect(approvals.pending).toEqual([]);
    expect(JSON.stringify(events.at(-1))).toContain("given up");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("[APPROVE4] a model that keeps talking receives a pending response", () => {
  it("the response is silent; a model whose calls block receives none", async () => {
    const talking = runningWithHooks(pay(true), {}, true);
    await talking.call("pay_bill", { to: "Bob" });
    expect(talking.answers).toMatchObject([
      { willContinue: true, scheduling: "SILENT", response: { progress: expect.any(String) } },
    ]);
    const waiting = runningWithHooks(pay(true), {}, false);
    await waiting.call("pay_bill", { to: "Bob" });
    expect(waiting.answers).toEqual([]);
  });
});
