import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { tool, type Approval, type ToolContext } from "../../src/agent/tool.ts";
import { guarding } from "./guardrail-harness.ts";

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

const asked = (told: readonly object[]) =>
  told.flatMap((body) =>
    "actions" in body ? [(body.actions as never)["requestedToolConfirmations"]] : [],
  );

describe("[APPROVE1] a call that asks for approval waits for a person's yes", () => {
  beforeEach(() => void run.mockClear());

  it("outside its own deadline; everyone is told what is asked, and what was decided", async () => {
    const { call, approvals, told, responses } = guarding(pay("pay the bill"));
    await call("pay_bill", { to: "Bob" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(run).not.toHaveBeenCalled();
    expect(told).toMatchObject([{ author: "ada" }]);
    const payload = { name: "pay_bill", args: { to: "Bob" } };
    expect(asked(told)).toEqual([{ call_1: { hint: "pay the bill", confirmed: false, payload } }]);
    expect(approvals.pendingEvents).toEqual(told);
    expect(approvals.decide("call_1", { approved: true, payload: { limit: 5 } })).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(responses()).toEqual([{ id: "call_1", paid: "Bob", approved: { limit: 5 } }]);
    expect(told[1]).toMatchObject({ author: "user" });
    expect(told[1]?.content?.parts?.[0]?.functionResponse).toMatchObject({
      id: "call_1",
      name: "adk_request_confirmation",
      response: { confirmed: true, payload: { limit: 5 } },
    });
    expect(approvals.pendingEvents).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a no is answered in words, and decides once", async () => {
    const { call, approvals, responses } = guarding(pay(true));
    await call("pay_bill", { to: "Bob" });
    expect(approvals.decide("call_1", { approved: false })).toBe(true);
    expect(approvals.decide("call_1", { approved: true })).toBe(false);
    expect(approvals.decide("call_9", { approved: true })).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(responses()).toEqual([{ id: "call_1", error: expect.stringContaining("declined") }]);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("[APPROVE2] whether and in which words it asks may depend on the arguments", () => {
  it.each([
    ["words of its own", () => "pay Bob", "pay Bob"],
    ["words made of the call", () => true, "use pay bill: to Bob"],
    ["no question", () => false, undefined],
  ])("%s", async (_, approval, hint) => {
    const { call, told, answers } = guarding(pay(approval));
    await call("pay_bill", { to: "Bob" });
    expect(asked(told)).toMatchObject(hint ? [{ call_1: { hint } }] : []);
    expect(answers).toHaveLength(hint ? 0 : 1);
  });

  it("wrong arguments are nobody's to approve", async () => {
    const { call, told, responses } = guarding(pay(true));
    await call("pay_bill", {});
    expect(told).toEqual([]);
    expect(responses()).toEqual([{ id: "call_1", error: expect.stringContaining("Wrong") }]);
  });
});

describe("[APPROVE3] what nobody decides is answered", () => {
  it("after two minutes", async () => {
    const { call, told, responses } = guarding(pay(true));
    await call("pay_bill", { to: "Bob" });
    await vi.advanceTimersByTimeAsync(119_999);
    expect(responses()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(responses()).toEqual([{ id: "call_1", error: "Nobody approved it in time." }]);
    expect(told.at(-1)).toMatchObject({ author: "parley" });
  });

  it.each([
    ["when the model cancels the call", "cancel"],
    ["when the conversation ends", "stop"],
  ] as const)("%s the question is withdrawn", async (_, how) => {
    const { call, told, answers, approvals, runner } = guarding(pay(true));
    await call("pay_bill", { to: "Bob" });
    runner[how](["call_1"]);
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toEqual([]);
    expect(approvals.pendingEvents).toEqual([]);
    expect(JSON.stringify(told.at(-1))).toContain("given up");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("[APPROVE4] a model that talks on is told that a call waits", () => {
  it("silently; one that waits by itself is not", async () => {
    const talking = guarding(pay(true), {}, true);
    await talking.call("pay_bill", { to: "Bob" });
    expect(talking.answers).toMatchObject([
      { willContinue: true, scheduling: "SILENT", response: { progress: expect.any(String) } },
    ]);
    const waiting = guarding(pay(true), {}, false);
    await waiting.call("pay_bill", { to: "Bob" });
    expect(waiting.answers).toEqual([]);
  });
});
